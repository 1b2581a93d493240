/** Exit codes of `tocsin`: 0 done, 1 refused by the server, 2 wrong usage, 3 nothing answers. */
export const EXIT = { refused: 1, usage: 2, unreachable: 3 } as const;

/** A failure the user is told in one line. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}
