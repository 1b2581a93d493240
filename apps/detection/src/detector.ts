import { type Severity } from '#libs/contracts';

/** A sample on its way through the rules. Times are milliseconds of the samples' own clock. */
export interface Sample<Payload = Readonly<Record<string, unknown>>> {
  readonly kind: string;
  readonly payload: Payload;
  /** When it was taken. */
  readonly at: number;
  /** The newest time applied of its cluster and node (of a round: its cluster): when rules are evaluated. */
  readonly now: number;
}

export type Settings = Readonly<Record<string, number>>;

export type Observed = Readonly<Record<string, number | string | boolean | null | readonly (string | number)[]>>;

/** What a rule says of one subject after a sample. The host makes an event of it, with ids and positions. */
export interface Finding {
  readonly kind: 'opened' | 'observed' | 'closed';
  readonly subject: string;
  /** The node it concerns, where it is one. */
  readonly nodeId?: string;
  readonly title: string;
  /** Cause and remedy, with the numbers seen. */
  readonly message: string;
  readonly observed: Observed;
  readonly threshold: Settings;
  readonly window: Evidence;
  /** Why it closed, where that is not that it is solved. */
  readonly reason?: string;
}

/** What the verdict rests on: the samples in (start, now]. */
export interface Evidence {
  readonly start: number;
  readonly samples: number;
  readonly missing: number;
}

export interface Detection<State = unknown> {
  /** JSON. The same object where nothing changed. */
  readonly state: State;
  readonly findings: readonly Finding[];
}

/**
 * A rule over samples. Its state is kept per cluster and node for samples that name a node, else per cluster. Pure: time
 * is the samples' own, settings are passed in. Samples come deduplicated, and at most a minute behind the newest.
 */
export interface Detector<Payload = never, State = never> {
  readonly name: string;
  /** Part of every issue's id: raised when the rule changes. */
  readonly version: number;
  /** One sentence for the documentation. */
  readonly says: string;
  readonly severity: Severity;
  /** Kinds of samples. */
  readonly reads: ReadonlySet<string>;
  /** All that can be set, with the defaults. */
  readonly settings: Settings;
  detect(state: State | undefined, sample: Sample<Payload>, settings: Settings): Detection<State>;
}

/** A detector in the list: the host knows neither its payloads nor its state. */
export interface AnyDetector extends Omit<Detector, 'detect'> {
  detect(state: unknown, sample: Sample, settings: Settings): Detection;
}

/** Declares a detector. `settings` names what the rule may read of them. */
export function defineDetector<Payload, State, const Name extends string>(
  detector: Omit<Detector<Payload, State>, 'settings' | 'detect'> & {
    readonly settings: Readonly<Record<Name, number>>;
    detect(
      state: State | undefined,
      sample: Sample<Payload>,
      settings: Readonly<Record<Name, number>>,
    ): Detection<State>;
  },
): AnyDetector {
  return detector as unknown as AnyDetector;
}
