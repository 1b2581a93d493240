import { Injectable } from '@nestjs/common';
import { Clock, type Instant } from '#libs/core';
import { Serial } from '#libs/runtime';
import { Store } from '#libs/store';
import { reading } from '../api/reading.js';
import { type CommandResult, IncidentCommands, type OpenIncident } from '../commands/incident-commands.js';
import { type Identity } from './registry.js';
import { type Derived, missingOf, type Seen, type Snapshot } from './snapshot.rules.js';
import { knownOfSource, openOfSource } from './source-incidents.query.js';

/** An incident as a snapshot shows it, with all that is needed to open it here. */
export type SeenIncident = Seen &
  Pick<OpenIncident, 'tags' | 'description' | 'level' | 'detailsUrl' | 'metadata'> & { readonly startTime: Instant };

/** What a snapshot brought about, or would. */
export interface SnapshotOutcome {
  readonly derived: readonly Derived<SeenIncident>[];
  /** Incidents of the snapshot that needed nothing. */
  readonly unchanged: number;
  readonly refused: readonly { readonly sourceIncidentId: string; readonly reason: string }[];
}

/** Commands under way at once: they share transactions. */
const AT_ONCE = 128;

/**
 * Repairs drift: what a snapshot of a source shows to be missing here is said in its name, each as a command of its own.
 * A repeat says nothing new; one that broke off goes on.
 */
@Injectable()
export class Snapshots {
  /** One of a source at a time. */
  private readonly turns = new Serial<number>();

  constructor(
    private readonly store: Store,
    private readonly commands: IncidentCommands,
    private readonly clock: Clock,
  ) {}

  /** `speaker` is the user of the source. With `dryRun` nothing is written. */
  take(speaker: Identity, snapshot: Snapshot<SeenIncident>, dryRun: boolean): Promise<SnapshotOutcome> {
    return this.turns.run(speaker.source!.pk, () => this.compare(speaker, snapshot, dryRun));
  }

  private async compare(
    speaker: Identity,
    snapshot: Snapshot<SeenIncident>,
    dryRun: boolean,
  ): Promise<SnapshotOutcome> {
    const ids = new Set([...snapshot.open, ...snapshot.history].map(({ sourceIncidentId }) => sourceIncidentId));
    const now = this.clock.now();
    const { organizationId } = speaker;
    const { pk } = speaker.source!;
    const [open, known] = await reading(() =>
      Promise.all([
        openOfSource(this.store, organizationId, pk, now),
        knownOfSource(this.store, organizationId, pk, now, [...ids]),
      ]),
    );
    const here = new Map([...open, ...known].map((incident) => [incident.pk, incident]));
    const derived = missingOf(snapshot, [...here.values()]);
    const changed = new Set(derived.map(idOf));
    const unchanged = [...ids].filter((id) => !changed.has(id)).length;
    return { derived, unchanged, refused: dryRun ? [] : await this.sayAll(speaker, derived) };
  }

  private async sayAll(speaker: Identity, derived: readonly Derived<SeenIncident>[]) {
    const refused: { sourceIncidentId: string; reason: string }[] = [];
    for (let at = 0; at < derived.length; at += AT_ONCE) {
      const some = derived.slice(at, at + AT_ONCE);
      const results = await Promise.all(some.map((one) => this.say(speaker, one)));
      for (const [place, { refusal }] of results.entries()) {
        if (!refusal || refusal.code === 'duplicate-source-incident-id') continue;
        refused.push({ sourceIncidentId: idOf(some[place]!), reason: refusal.code });
      }
    }
    return refused;
  }

  private say(speaker: Identity, one: Derived<SeenIncident>): Promise<CommandResult> {
    if (one.type === 'STA') return this.commands.open(speaker, { ...one.item, source: speaker.source! });
    const { pk, type, timestamp } = one;
    return this.commands.post(speaker, pk, { type, timestamp, description: WORDS[type] });
  }
}

const WORDS = {
  END: 'The source does not have it open any more (snapshot)',
  RES: 'The source has it open (snapshot)',
} as const;

export function idOf(one: Derived<SeenIncident>): string {
  return one.type === 'STA' ? one.item.sourceIncidentId : one.sourceIncidentId;
}
