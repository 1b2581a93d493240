import { Problem } from '#libs/runtime';

/** A refusal with a body in one of the four shapes of Argus (reference argus.md 1.1); `undefined` is an empty one. */
export class ArgusError extends Problem {
  override readonly name = 'ArgusError';

  constructor(
    status: number,
    readonly body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(status, 'Refused', { headers });
  }
}

/** A field to what is wrong with it: a list of sentences, one sentence, or what is wrong with its items. */
export type FieldErrors = Readonly<Record<string, unknown>>;

export function refused(status: number, body: unknown, headers?: Readonly<Record<string, string>>): ArgusError {
  return new ArgusError(status, body, headers);
}

/** 400: an object of fields, or a bare list of sentences. */
export function invalid(errors: FieldErrors | readonly string[]): ArgusError {
  return new ArgusError(400, errors);
}

/** 400 with what is wrong with the body as a whole. */
export function invalidObject(...sentences: readonly string[]): ArgusError {
  return invalid({ non_field_errors: sentences });
}

/** 404 of a list or object that has no such member. */
export function missing(model: string): ArgusError {
  return new ArgusError(404, { detail: `No ${model} matches the given query.` });
}

/** 404 of a key that is none. */
export function notFound(): ArgusError {
  return new ArgusError(404, { detail: 'Not found.' });
}

export function forbidden(): ArgusError {
  return new ArgusError(403, { detail: 'You do not have permission to perform this action.' });
}
