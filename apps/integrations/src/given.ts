/** The fields of a body that the client gave: some clients write null for what they do not mean. */
export function given<Body extends object>(
  body: Body | undefined,
): { [Field in keyof Body]?: NonNullable<Body[Field]> } {
  const entries = Object.entries(body ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries) as { [Field in keyof Body]?: NonNullable<Body[Field]> };
}
