/** Fields of a line. `err` holds an Error. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured logging: one JSON object a line. Normal operation is silent above debug. */
export abstract class Log {
  abstract debug(fields: LogFields, message: string): void;
  abstract info(fields: LogFields, message: string): void;
  abstract warn(fields: LogFields, message: string): void;
  abstract error(fields: LogFields, message: string): void;
  abstract fatal(fields: LogFields, message: string): void;
  /** A log whose lines all carry `fields`. */
  abstract child(fields: LogFields): Log;
}
