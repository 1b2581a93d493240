/** Field name to what is wrong with it and what is expected. */
export type FieldErrors = Readonly<Record<string, string>>;

/** A command that the rules do not allow. `invalid` is the client's mistake, `deleted` a state that cannot change any more. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly kind: 'invalid' | 'deleted',
    message: string,
    readonly fields: FieldErrors = {},
  ) {
    super(message);
  }
}

export function invalid(fields: FieldErrors): Refusal {
  return new Refusal('invalid', 'The integration is not valid', fields);
}
