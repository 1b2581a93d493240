/** EVENTS.md and one JSON Schema an event, from the catalogue of libs/contracts. */

/**
 * @param {object} contracts the module `#libs/contracts`
 * @param {(schema: unknown) => object} toJsonSchema zod's own
 * @returns {Map<string, string>} file below libs/contracts to its content
 */
export function contractFiles(contracts, toJsonSchema) {
  const files = new Map();
  const described = [...contracts.eventTypes, ...contracts.sampleTypes].map((type) => ({
    type,
    schema: jsonSchemaOf(type, toJsonSchema),
  }));
  for (const { type, schema } of described) {
    files.set(`schemas/${type.name}.v${type.version}.json`, JSON.stringify(schema));
  }
  files.set('EVENTS.md', eventsPage(contracts, described));
  return files;
}

/** What a producer may write, so defaults are optional; readers bring older versions up to this one. */
function jsonSchemaOf(type, toJsonSchema) {
  const schema = toJsonSchema(type.schema, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: `${type.name} v${type.version}`, description: type.says };
}

function eventsPage({ topicSpecs, defaultTopics, HEADERS }, described) {
  return `${[
    '# Events',
    'Written by `npm run sync` from the catalogue (`src/catalogue.ts`); do not edit.',
    'A record on the log is `{"name", "payload", "metadata"}`; its key is the organisation and the subject of the event, joined by `/`.',
    `Headers repeat what consumers filter on: ${Object.values(HEADERS)
      .map((name) => `\`${name}\``)
      .join(', ')}.`,
    '## Topics',
    table(
      ['topic', 'partitions', 'kept', 'holds'],
      topicSpecs(defaultTopics).map((spec) => [
        code(spec.topic),
        spec.partitions,
        keptFor(spec.retentionMs),
        spec.holds,
      ]),
    ),
    ...described.flatMap(({ type, schema }) => eventSection(type, schema)),
  ].join('\n\n')}\n`;
}

function eventSection(type, schema) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    code(name),
    typeOf(property),
    required.has(name) ? 'yes' : 'no',
  ]);
  return [
    `## ${type.name}`,
    type.says,
    `Schema version ${type.version} ([JSON Schema](schemas/${type.name}.v${type.version}.json)).`,
    table(['field', 'type', 'required'], rows),
  ];
}

function typeOf(property) {
  if (property.enum) return property.enum.map((value) => code(String(value))).join(', ');
  if (property.anyOf) return [...new Set(property.anyOf.map(typeOf))].join(' or ');
  if (property.type === 'array') return `list of ${typeOf(property.items ?? {})}`;
  if (property.type === 'object' && property.additionalProperties && !property.properties) {
    return `map to ${typeOf(property.additionalProperties)}`;
  }
  return property.format ?? property.type ?? 'any';
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text) => `\`${text}\``;
const DAY = 24 * 60 * 60 * 1000;
const keptFor = (ms) => (ms < 0 ? 'for ever' : `${ms / DAY} days`);
