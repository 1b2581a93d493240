/** A number as people read it: at most two decimals. */
export function shown(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** A length of time in words: `45 seconds`, `1 minute`, `3 minutes`. */
export function duration(seconds: number): string {
  if (seconds % 60 !== 0) return `${shown(seconds)} seconds`;
  return seconds === 60 ? '1 minute' : `${shown(seconds / 60)} minutes`;
}

/** Names in a sentence: at most ten, then how many more. */
export function listed(names: readonly string[]): string {
  const more = names.length - 10;
  return more > 0 ? `${names.slice(0, 10).join(', ')} and ${more} more` : names.join(', ');
}
