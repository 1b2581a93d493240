import { canonicalJson } from '#libs/core';

/** The parts of an OpenAPI 3.1 document that the origin merges. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  readonly tags?: readonly unknown[] | undefined;
  readonly [key: string]: unknown;
}

/**
 * One document from those of the services. Paths are disjoint by the origin's routing; what every service serves on its
 * own port only (health, metrics) is left out. A component that two services describe differently gets the name of its
 * service in front, and the references to it follow.
 */
export function mergeOpenApi(
  info: OpenApiDocument['info'],
  documents: readonly { service: string; document: OpenApiDocument; owns: (path: string) => boolean }[],
): OpenApiDocument {
  const paths: Record<string, unknown> = {};
  const components: Record<string, Record<string, unknown>> = {};
  for (const { service, document, owns } of documents) {
    const renamed = addComponents(components, service, document);
    for (const [path, item] of Object.entries(document.paths)) {
      if (owns(path)) paths[path] = withReferences(item, renamed);
    }
  }
  return { openapi: '3.1.0', info, paths, components, servers: [{ url: '/' }] };
}

function addComponents(
  into: Record<string, Record<string, unknown>>,
  service: string,
  document: OpenApiDocument,
): ReadonlyMap<string, string> {
  const renamed = new Map<string, string>();
  const all = Object.entries(document.components ?? {}).flatMap(([kind, entries]) =>
    Object.entries(entries).map(([name, component]) => ({ kind, name, component })),
  );
  for (const { kind, name, component } of all) {
    const there = into[kind]?.[name];
    if (there !== undefined && canonicalJson(there) !== canonicalJson(component)) {
      renamed.set(`#/components/${kind}/${name}`, `#/components/${kind}/${service}.${name}`);
    }
  }
  for (const { kind, name, component } of all) {
    const kept = renamed.has(`#/components/${kind}/${name}`) ? `${service}.${name}` : name;
    (into[kind] ??= {})[kept] = withReferences(component, renamed);
  }
  return renamed;
}

function withReferences(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => withReferences(entry, renamed));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) =>
      key === '$ref' && typeof entry === 'string'
        ? [key, renamed.get(entry) ?? entry]
        : [key, withReferences(entry, renamed)],
    ),
  );
}
