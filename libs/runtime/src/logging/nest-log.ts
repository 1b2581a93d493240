import { type LoggerService } from '@nestjs/common';
import { type Log } from './log.js';

/** Nest's own messages in our log. What it says of its modules and routes while starting is for debugging. */
export class NestLog implements LoggerService {
  constructor(private readonly sink: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.sink.debug(this.fields(rest), String(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.sink.debug(this.fields(rest), String(message));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.sink.debug(this.fields(rest), String(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.sink.warn(this.fields(rest), String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const err = message instanceof Error ? { err: message } : {};
    this.sink.error({ ...this.fields(rest), ...err }, message instanceof Error ? message.message : String(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.sink.fatal(this.fields(rest), String(message));
  }

  /** Nest passes the context last, and for errors a stack before it. */
  private fields(rest: readonly unknown[]): Record<string, unknown> {
    const texts = rest.filter((item): item is string => typeof item === 'string');
    const stack = texts.length > 1 ? texts[0] : undefined;
    return { context: texts.at(-1), ...(stack === undefined ? {} : { stack }) };
  }
}
