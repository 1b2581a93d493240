/** What a token may be: INTERFACES.md, Tokens. */
export const tokenKinds = ['admin', 'user', 'source', 'reader'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** Who asks: the owner of the token of a request. */
export interface Principal {
  readonly organizationId: string;
  readonly projectId: string;
  readonly tokenId: string;
  readonly kind: TokenKind;
  readonly name: string;
  /** Of a source token: the type of the monitoring system. */
  readonly sourceType: string | null;
  /** Partitions that the token may write; null is all. */
  readonly partitions: readonly string[] | null;
  /** The first admin token, which may make organisations. */
  readonly installation: boolean;
}

/** Whether the token may write alerts and status into `partition`. */
export function mayWrite(principal: Principal, partition: string): boolean {
  return principal.partitions === null || principal.partitions.includes(partition);
}
