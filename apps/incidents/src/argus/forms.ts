/** Names of form fields: `level`, `tags[0]tag`, `tags[0].tag`, `ids[3]`, `ack.timestamp`. */
const ITEM = /^([^[\].]+)\[(\d{1,6})\](?:\.?([^[\].]+))?$/;
const MEMBER = /^([^[\].]+)\.([^[\].]+)$/;
/** Lists of a form that are no lists of objects: their name may simply come again. */
const REPEATED = new Set(['ids']);

/** The fields of a form as the objects and lists that their names spell; of a name that comes again the last counts. */
export function nested(entries: readonly (readonly [string, string])[]): Record<string, unknown> {
  const values = new Map<string, unknown>();
  const lists = new Map<string, Map<number, unknown>>();
  const objects = new Map<string, Map<string, string>>();
  for (const [name, value] of entries) {
    const item = ITEM.exec(name);
    const member = item ? null : MEMBER.exec(name);
    if (item) putItem(made(lists, item[1]!), Number(item[2]), item[3], value);
    else if (member) made(objects, member[1]!).set(member[2]!, value);
    else if (REPEATED.has(name)) values.set(name, [...((values.get(name) as string[] | undefined) ?? []), value]);
    else values.set(name, value);
  }
  for (const [name, items] of lists) values.set(name, inOrder(items));
  for (const [name, members] of objects) values.set(name, Object.fromEntries(members));
  return Object.fromEntries(values);
}

function putItem(items: Map<number, unknown>, index: number, member: string | undefined, value: string): void {
  if (member === undefined) items.set(index, value);
  else {
    const before = items.get(index);
    items.set(index, { ...(typeof before === 'object' ? before : {}), [member]: value });
  }
}

function inOrder(items: ReadonlyMap<number, unknown>): unknown[] {
  return [...items].sort(([a], [b]) => a - b).map(([, item]) => item);
}

function made<Key, Value>(maps: Map<string, Map<Key, Value>>, name: string): Map<Key, Value> {
  let map = maps.get(name);
  if (!map) maps.set(name, (map = new Map<Key, Value>()));
  return map;
}
