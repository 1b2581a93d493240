import pino, { type Logger } from 'pino';
import { Log, type LogFields } from './log.js';
import { errorFields } from './error-fields.js';
import { scrubbed, withoutSecrets } from './redaction.js';

/** Where lines go; each ends with a newline. */
export type LineSink = { write(line: string): unknown };

/** A log that writes JSON lines `{level, time, service, ..., msg}`. `write` defaults to stdout, at once. */
export function createLog(service: string, level: string, sink?: LineSink): Log {
  const out = sink ?? pino.destination({ fd: 1, sync: true });
  const logger = pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
      serializers: { err: errorFields },
    },
    { write: (line: string) => void out.write(scrubbed(line)) },
  );
  return new PinoLog(logger);
}

class PinoLog extends Log {
  constructor(private readonly logger: Logger) {
    super();
  }

  debug(fields: LogFields, message: string): void {
    this.logger.debug(fields, message);
  }

  info(fields: LogFields, message: string): void {
    this.logger.info(fields, message);
  }

  warn(fields: LogFields, message: string): void {
    this.logger.warn(fields, message);
  }

  error(fields: LogFields, message: string): void {
    this.logger.error(fields, message);
  }

  fatal(fields: LogFields, message: string): void {
    this.logger.fatal(fields, message);
  }

  child(fields: LogFields): Log {
    return new PinoLog(this.logger.child(withoutSecrets({ ...fields })));
  }
}
