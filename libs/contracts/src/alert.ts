import { joinKey } from './key.js';

export type Labels = Readonly<Record<string, string>>;

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;

/**
 * Alertmanager's fingerprint of a label set: 64-bit FNV-1a over the names in order, each name and value followed by
 * the byte 0xFF; 16 hex digits (reference assisted-and-ses C1). The same for every sender.
 */
export function fingerprintOf(labels: Labels): string {
  let hash = OFFSET;
  const add = (text: string): void => {
    for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
    hash = ((hash ^ 0xffn) * PRIME) & MASK;
  };
  for (const name of Object.keys(labels).sort(byCodeUnits)) {
    add(name);
    add(labels[name] ?? '');
  }
  return hash.toString(16).padStart(16, '0');
}

function byCodeUnits(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The service that an alert speaks of, from its labels (reference assisted-and-ses B3). */
export interface ServiceLabels {
  readonly platform: string;
  readonly service: string;
  readonly facet: string;
}

export interface ServiceObservation extends ServiceLabels {
  readonly status: string;
  readonly description: string;
  readonly location: string;
}

/** Label `name` in any case; undefined when absent or empty. The exact lower-case spelling wins over others. */
export function labelOf(labels: Labels, name: string): string | undefined {
  const exact = labels[name];
  if (exact) return exact;
  const spelling = Object.keys(labels).find((key) => key.toLowerCase() === name && labels[key]);
  return spelling === undefined ? undefined : labels[spelling];
}

/** Platform, service and facet of the labels, or undefined when one is absent. */
export function serviceLabelsOf(labels: Labels): ServiceLabels | undefined {
  const platform = labelOf(labels, 'platform');
  const service = labelOf(labels, 'service');
  const facet = labelOf(labels, 'facet');
  return platform && service && facet ? { platform, service, facet } : undefined;
}

/** What an alert says of a service's status, or undefined when one of the five labels is absent. */
export function observationOf(labels: Labels, annotations: Labels): ServiceObservation | undefined {
  const named = serviceLabelsOf(labels);
  const status = labelOf(labels, 'status');
  const description = labelOf(labels, 'description');
  if (!named || !status || !description) return undefined;
  return { ...named, status, description, location: annotations['location'] ?? '' };
}

/**
 * The stream of an alert. All records of one fingerprint and of one service share it: the service where the labels
 * name one (location is left out: it is an annotation and may change under one fingerprint), else the fingerprint.
 */
export function alertSubject(partition: string, labels: Labels): string {
  const named = serviceLabelsOf(labels);
  if (named) return serviceSubject(partition, named);
  return `alert/${joinKey(partition, fingerprintOf(labels))}`;
}

/** The stream of a service's status records: the one its alerts have. */
export function serviceSubject(partition: string, { platform, service, facet }: ServiceLabels): string {
  return `service/${joinKey(partition, platform, service, facet)}`;
}
