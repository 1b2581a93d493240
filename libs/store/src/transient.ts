import { types } from 'node:util';

const { isNativeError } = types;

/** The answer to COMMIT was lost: the transaction is done, or it never will be. Only the rows can tell. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
}

/**
 * SQLSTATE classes that speak of the server, the connection, other transactions or (42) of the schema, never of a row:
 * a statement that the schema does not bear would fail for every record, and none of them is to blame.
 */
const CLASSES = new Set(['08', '28', '40', '42', '53', '58']);
/** 3D000 no such database, 25006 read-only, 25P03/25P04/57P05 timed out sessions, 55P03 lock timeout, 57014 statement timeout. */
const STATES = new Set(['3D000', '25006', '25P03', '25P04', '55P03', '57014']);
const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
]);
/** Errors that node-postgres raises itself carry no code. */
const MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout|Cannot use a pool after calling end|The server does not support SSL|Connection ended)/;

/**
 * Whether the same work may succeed later without a change to it: trouble with the connection, the server or other
 * transactions. Everything else (SQLSTATE 22, 23 and what a decider throws) is the record's fault.
 * Reference performance-reliability 2.7; PostgreSQL 18, Appendix A.
 */
export function isTransient(error: unknown): boolean {
  // Not `instanceof`: errors of Node itself are of another realm where specs run in one of their own.
  if (!isNativeError(error)) return false;
  if (error instanceof CommitUnknown) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined && isTransientCode(code)) return true;
  if (code === undefined && MESSAGES.test(error.message)) return true;
  if ('errors' in error && Array.isArray(error.errors))
    return error.errors.length > 0 && error.errors.every(isTransient);
  return error.cause !== undefined && isTransient(error.cause);
}

function isTransientCode(code: string): boolean {
  return SOCKET.has(code) || CLASSES.has(code.slice(0, 2)) || code.startsWith('57P') || STATES.has(code);
}
