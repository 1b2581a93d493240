import { type Instant } from '#libs/core';

/** What a detector says of one subject after a sample. The host makes an event of it, with ids and positions. */
export interface Finding {
  readonly kind: 'opened' | 'observed' | 'closed';
  readonly subject: string;
  readonly at: Instant;
  readonly title: string;
  readonly message: string;
  readonly observed: Readonly<Record<string, number | string | readonly string[]>>;
  readonly threshold: Readonly<Record<string, number>>;
}

/**
 * A rule over samples: which kinds it reads, the key under which it keeps state, and what one sample makes of that
 * state. Pure: time is the sample's own, settings are passed in. State is JSON.
 */
export interface Detector {
  readonly name: string;
  /** Part of every issue's id: raised when the rule changes. */
  readonly version: number;
  /** One sentence for the documentation. */
  readonly says: string;
  readonly reads: ReadonlySet<string>;
  /** Defaults of its settings. */
  readonly settings: Readonly<Record<string, number>>;
  keyOf(sample: Sample): string;
  detect(state: unknown, sample: Sample, settings: Readonly<Record<string, number>>): Detection;
}

export interface Sample {
  readonly kind: string;
  readonly clusterId: string;
  readonly at: Instant;
  readonly [field: string]: unknown;
}

export interface Detection {
  readonly state: unknown;
  readonly findings: readonly Finding[];
}

/** Declares a detector. */
export function defineDetector(detector: Detector): Detector {
  return detector;
}
