import { type IncidentAttribute, type IncidentChanged, type PayloadOf } from '#libs/contracts';
import { canonicalJson, type Instant } from '#libs/core';
import { type Changes } from './incident.commands.js';
import { type Incident, type Json } from './incident.js';

/** One attribute that shall have another value, and that in words. */
export interface Difference {
  readonly attribute: IncidentAttribute;
  readonly old: Json;
  readonly new: Json;
  readonly description: string;
}

/** Argus' names of the attributes, in the order in which their changes are told. */
const NAMES: Readonly<Record<IncidentAttribute, string>> = {
  description: 'description',
  detailsUrl: 'details_url',
  level: 'level',
  metadata: 'metadata',
  tags: 'tags',
  ticketUrl: 'ticket_url',
};

/** The attributes whose given value is not the one they have. */
export function differences(changes: Changes, incident: Incident): readonly Difference[] {
  return (Object.keys(NAMES) as IncidentAttribute[]).flatMap((attribute) => {
    const given = changes[attribute];
    if (given === undefined) return [];
    const next = (attribute === 'tags' ? [...new Set(given as readonly string[])] : given) as Json;
    const before = valueOf(incident, attribute);
    if (isSame(attribute, before, next)) return [];
    return [{ attribute, old: before, new: next, description: wordsOf(attribute, before, next) }];
  });
}

/** Another level, and that in words. */
export function levelChange(level: number, { level: old }: Incident): Difference {
  return { attribute: 'level', old, new: level, description: wordsOf('level', old, level) };
}

function valueOf(incident: Incident, attribute: IncidentAttribute): Json {
  return attribute === 'tags' ? incident.tags.map(({ tag }) => tag) : incident[attribute];
}

function isSame(attribute: IncidentAttribute, a: Json, b: Json): boolean {
  if (attribute === 'tags')
    return canonicalJson([...(a as string[])].sort()) === canonicalJson([...(b as string[])].sort());
  return attribute === 'metadata' ? canonicalJson(a) === canonicalJson(b) : a === b;
}

/** Longest value in the words, characters: the event has the whole ones. */
const MAX_WORDS = 8192;

/** `Change: "level": 3 → 1`, as Argus writes it (reference argus.md 2). */
function wordsOf(attribute: IncidentAttribute, before: Json, after: Json): string {
  return `Change: "${NAMES[attribute]}": ${shown(attribute, before)} \u2192 ${shown(attribute, after)}`;
}

function shown(attribute: IncidentAttribute, value: Json): string {
  if (attribute === 'metadata') return `${itemsOf(value)} item(s)`;
  const text = attribute === 'tags' ? `[${(value as string[]).join(', ')}]` : String(value);
  return text.length <= MAX_WORDS ? text : `${text.slice(0, MAX_WORDS - 1).toWellFormed()}\u2026`;
}

function itemsOf(value: Json): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 1;
}

/**
 * What a change makes of the incident. A value of another producer that cannot be one of the attribute changes nothing.
 * Tags that stay keep who added them.
 */
export function attributeOf(
  { attribute, new: value, by }: PayloadOf<typeof IncidentChanged>,
  incident: Incident,
  recordedAt: Instant,
): Partial<Incident> {
  if (attribute === 'metadata') return { metadata: value };
  if (attribute === 'level') return isLevel(value) ? { level: value } : {};
  if (attribute !== 'tags') return typeof value === 'string' ? { [attribute]: value } : {};
  if (!Array.isArray(value)) return {};
  const known = new Map(incident.tags.map((one) => [one.tag, one]));
  const texts = value.filter((tag): tag is string => typeof tag === 'string');
  return { tags: texts.map((tag) => known.get(tag) ?? { tag, addedBy: by?.userPk ?? null, addedTime: recordedAt }) };
}

function isLevel(value: Json): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 5;
}
