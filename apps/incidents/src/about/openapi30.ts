type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The part of an OpenAPI 3.1 document whose paths `has` names, as one of version 3.0.3, which Argus' own is. */
export function openApi30(document: Json, info: Json, has: (path: string) => boolean): Json {
  const all = isObject(document['paths']) ? document['paths'] : {};
  const paths = Object.fromEntries(Object.entries(all).filter(([path]) => has(path)));
  const components = isObject(document['components']) ? document['components'] : {};
  const schemas = isObject(components['schemas']) ? components['schemas'] : {};
  return {
    openapi: '3.0.3',
    info,
    paths: withTokens(older(paths)),
    components: { schemas: older(reachable(paths, schemas)), securitySchemes: { tokenAuth: TOKEN_AUTH } },
    security: [{ tokenAuth: [] }],
  };
}

const TOKEN_AUTH = {
  type: 'apiKey',
  in: 'header',
  name: 'Authorization',
  description: 'A token behind the word Token: `Token <token>`',
};

/** What only ours says of an operation is left out; one that is open to everybody stays so. */
function withTokens(paths: unknown): unknown {
  const without = (item: unknown): unknown =>
    isObject(item) ? Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)])) : item;
  const plain = (operation: unknown): unknown =>
    isObject(operation)
      ? Object.fromEntries(
          Object.entries(operation).filter(
            ([name, value]) =>
              !name.startsWith('x-') && !(name === 'security' && Array.isArray(value) && value.length > 0),
          ),
        )
      : operation;
  return isObject(paths)
    ? Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, without(item)]))
    : paths;
}

/** Schemas that are referred to, those that these refer to included. */
function reachable(from: unknown, schemas: Json): Json {
  const found = new Set<string>();
  const left = referencesIn(from);
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (found.has(name) || schemas[name] === undefined) continue;
    found.add(name);
    left.push(...referencesIn(schemas[name]));
  }
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)));
}

function referencesIn(value: unknown): string[] {
  const prefix = '#/components/schemas/';
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' && inner.startsWith(prefix)
      ? [inner.slice(prefix.length)]
      : referencesIn(inner),
  );
}

/** Words of JSON Schema 2020-12 as 3.0 has them: null as a type, a constant, exclusive bounds. */
function older(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(older);
  if (!isObject(value)) return value;
  const { type, const: constant, ...rest } = value;
  const inner = Object.fromEntries(Object.entries(rest).map(([key, entry]) => [key, older(entry)]));
  return {
    ...(type === undefined ? {} : typed(type)),
    ...(constant === undefined ? {} : { enum: [constant] }),
    ...inner,
    ...exclusive(inner, 'exclusiveMinimum', 'minimum'),
    ...exclusive(inner, 'exclusiveMaximum', 'maximum'),
  };
}

function typed(type: unknown): Json {
  if (!Array.isArray(type)) return { type: older(type) };
  const others = type.filter((one) => one !== 'null') as unknown[];
  return { type: others[0] ?? 'object', ...(others.length < type.length ? { nullable: true } : {}) };
}

function exclusive(schema: Json, from: string, to: string): Json {
  const bound = schema[from];
  return typeof bound === 'number' ? { [to]: bound, [from]: true } : {};
}
