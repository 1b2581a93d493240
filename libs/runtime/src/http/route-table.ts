import { type TokenKind } from '../access/principal.js';

/** One route as the router knows it. */
export interface RouteEntry {
  readonly method: string;
  /** Pattern such as `/alerts/:partition`. */
  readonly url: string;
  /** Absent on a route that names nobody: nobody may use it. */
  readonly access: readonly TokenKind[] | 'public' | undefined;
}

/** Every route of a server, for the guard's spec, for 405 and for whoever asks what there is. */
export class RouteTable {
  private readonly entries: RouteEntry[] = [];
  private readonly patterns = new Map<string, RegExp>();

  add(entry: RouteEntry): void {
    this.entries.push(entry);
    if (!this.patterns.has(entry.url)) this.patterns.set(entry.url, patternOf(entry.url));
  }

  all(): readonly RouteEntry[] {
    return this.entries;
  }

  /** Routes that name neither kinds nor the public. */
  unguarded(): readonly RouteEntry[] {
    return this.entries.filter(({ access }) => access === undefined);
  }

  /** The methods that `path` takes; empty where it does not exist. A route that is the path itself stands before patterns. */
  methodsOf(path: string): readonly string[] {
    const exact = this.entries.filter(({ url }) => url === path);
    if (exact.length > 0) return [...new Set(exact.map(({ method }) => method))].sort();
    const found = this.entries.filter(({ url }) => url !== '*' && url !== '/*' && this.patterns.get(url)!.test(path));
    return [...new Set(found.map(({ method }) => method))].sort();
  }
}

function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((segment) =>
      segment.startsWith(':') ? '[^/]+' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace('\\*', '.*'),
    )
    .join('/');
  return new RegExp(`^${source}$`);
}
