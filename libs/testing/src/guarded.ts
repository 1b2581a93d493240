import { request } from 'node:http';

/** A route as `routesOf(app)` and a started service tell it. */
interface Route {
  readonly method: string;
  readonly url: string;
  readonly access: readonly string[] | 'public' | undefined;
}

/**
 * Asks every route that is not public, and the spellings of its path that have got past guards elsewhere, without a
 * token and with a wrong one. Answers what was not refused with 401: `expect(await unrefused(service)).toEqual([])`.
 */
export async function unrefused({ url, routes }: { url: string; routes: readonly Route[] }): Promise<string[]> {
  const found: string[] = [];
  for (const route of routes.filter(({ access }) => access !== 'public')) {
    for (const path of spellingsOf(route.url)) {
      for (const method of new Set([route.method, 'HEAD', 'OPTIONS', 'GET', 'POST', 'TRACE'])) {
        for (const authorization of [undefined, 'Bearer not-a-token-of-anybody', 'Basic !', 'Bearer']) {
          const status = await statusOf(url, method, path, authorization);
          if (status !== 401) found.push(`${method} ${path} (${authorization ?? 'no token'}) answers ${status}`);
        }
      }
    }
  }
  return found;
}

/** A path of the route and its disguises: encoded letters, doubled and trailing slashes, other case, parameters. */
export function spellingsOf(route: string): readonly string[] {
  const path = route.replace(/:[^/]+/g, '00000000-0000-7000-8000-000000000000').replace(/\*/g, 'any');
  const letter = /[a-z]/.exec(path);
  const encoded = letter ? path.replace(letter[0], `%${letter[0].charCodeAt(0).toString(16)}`) : path;
  return [
    path,
    encoded,
    `${path}/`,
    `/${path}`,
    path.replace(/(.)\//, '$1//'),
    path.toUpperCase(),
    `${path};a=b`,
    `/.${path}`,
    `/x/..${path}`,
    `${path}?token=x`,
    `${path}%2f`,
    `${path}%00`,
  ];
}

/** By `node:http`: `fetch` would tidy the path up. */
function statusOf(url: string, method: string, path: string, authorization?: string): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, method, path, headers: authorization === undefined ? {} : { authorization } },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
