/** Routes that answer but are not in the service's OpenAPI document, and documented ones that do not answer. */
export async function inventoryGaps(
  { url, routes }: { url: string; routes: readonly { method: string; url: string }[] },
  /** Routes that are left out on purpose, such as `GET /metrics`. */
  undocumented: readonly string[] = [],
): Promise<string[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const documented = new Set(
    Object.entries(document.paths).flatMap(([path, item]) => Object.keys(item).map((method) => nameOf(method, path))),
  );
  const served = new Set(
    routes
      .map((route) => nameOf(route.method, route.url.replace(/:([^/]+)/g, '{$1}')))
      .filter((name) => !name.startsWith('HEAD ') && !undocumented.includes(name) && !BESIDE.test(name)),
  );
  return [
    ...[...served].filter((name) => !documented.has(name)).map((name) => `${name} is not documented`),
    ...[...documented].filter((name) => !served.has(name)).map((name) => `${name} is not served`),
  ].sort();
}

/** What every service has beside its API. */
const BESIDE = /^GET \/(metrics|openapi\.json|docs)(\/|$)/;

function nameOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${path}`;
}
