/** The server answered, but not with what was asked for. */
export class ArgusError extends Error {
  override readonly name = 'ArgusError';

  /**
   * @param request method and path
   * @param status of HTTP
   * @param body as it was parsed; a text where it was no JSON
   * @param retryAfterMs how long the server wants to be left alone, where it says so
   */
  constructor(
    readonly request: string,
    readonly status: number,
    readonly body: unknown,
    readonly retryAfterMs: number | undefined,
  ) {
    super(`${request} was answered with ${status}: ${textOf(body).slice(0, 500)}`);
  }
}

/** No answer came: no connection, or not in time. Whether the request had its effect is not known. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(request: string, cause: unknown) {
    super(`${request} was not answered: ${reasonOf(cause)}`, { cause });
  }
}

/** What an operation can never get done, whoever tries again. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/**
 * What a failure asks for: `wait` and try the same again, all else waiting too; `wait-alone`, others meanwhile; or
 * `refuse` it for good.
 */
export type Verdict = 'wait' | 'wait-alone' | 'refuse';

/** A token can be set right and a server come back; a body that was refused stays refused. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof Refused) return 'refuse';
  if (!(error instanceof ArgusError)) return 'wait';
  const { status } = error;
  if (status === 500) return 'wait-alone';
  if (status >= 500 || status < 400) return 'wait';
  return [401, 403, 404, 405, 408, 425, 429].includes(status) ? 'wait' : 'refuse';
}

/** Argus says so with the words of its database, as a list (reference argus 1.3 and 9.2). */
export function isDuplicate(error: unknown): boolean {
  if (!(error instanceof ArgusError) || (error.status !== 400 && error.status !== 409)) return false;
  const text = textOf(error.body);
  return text.includes('already exists') && text.includes('source_incident_id');
}

export function textOf(body: unknown): string {
  return typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
}

/** `fetch` hides the reason one level down. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
