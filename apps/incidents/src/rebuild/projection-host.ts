import { type OnApplicationBootstrap } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/core';
import { EventLog } from '#libs/event-stream';
import { Log, ProcessorHost, publicMessage, RuntimeConfig, Stopping, Tenants } from '#libs/runtime';
import { isTransient, readCheckpoints, Store, type Tx } from '#libs/store';
import { projections } from '../projections/index.js';
import { type ReadModel } from '../projections/read-model.js';
import { definitionOf } from './definition.js';
import { type Generations, processorName, tableName } from './generation.js';
import { type Position, positionOf } from './progress.js';
import { endWatch } from './proof.js';
import {
  allGenerations,
  force,
  generationsOf,
  lockGenerations,
  missingTables,
  startAfresh,
  startBack,
  startBuilding,
  tablesAreThere,
} from './registry.js';
import { trySwitch } from './switch.js';
import { within } from './within.js';

const TICK = 1_000;
const TICK_WHILE_BUILDING = 200;
/** Reads go on without a broker: one that does not answer by then is counted as away. */
const BROKER_MS = 2_000;
/** Commands wait while a generation takes over: the broker is asked for no longer than this. */
const LOG_MS = 500;

/** What came of a request to rebuild. */
export type RebuildAnswer =
  | { readonly begun: true; readonly generations: Generations }
  | { readonly begun: false; readonly refusal: string; readonly generations: Generations };

/**
 * Runs the processors of the read models: of each the live generation, and the one that is being built. All of it is
 * written down (`projection`), so every replica runs the same ones, and whoever comes back after a crash goes on where
 * the checkpoints are. Looks every second what another replica has decided.
 */
@Injectable()
export class ProjectionHost implements OnApplicationBootstrap {
  private readonly running = new Map<string, 'active' | 'building'>();
  private turn: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: Store,
    private readonly host: ProcessorHost,
    private readonly eventLog: EventLog,
    private readonly clock: Clock,
    private readonly config: RuntimeConfig,
    private readonly tenants: Tenants,
    private readonly stopping: Stopping,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    for (const model of projections) await this.store.transaction((tx) => endWatch(tx, model));
    this.schedule(TICK);
    this.stopping.signal.addEventListener('abort', () => clearTimeout(this.timer), { once: true });
  }

  all(): readonly ReadModel[] {
    return projections;
  }

  async generations(): Promise<ReadonlyMap<string, Generations>> {
    return allGenerations(this.store);
  }

  /** How far the generation that is being built has come, or else the live one; undefined while no broker answers. */
  async position(
    model: ReadModel,
    { active, building }: Generations,
  ): Promise<(Position & { checkpoint: Record<string, number> }) | undefined> {
    const name = this.topicOf(model);
    const checkpoints = await readCheckpoints(this.store, processorName(model, building ?? active), name);
    const topic = await within(BROKER_MS, this.eventLog.topic(name));
    const position = positionOf(checkpoints, topic);
    if (!position) return undefined;
    const ordered = [...checkpoints].sort((a, b) => a.partition - b.partition);
    return {
      ...position,
      checkpoint: Object.fromEntries(ordered.map((row) => [String(row.partition), row.nextOffset])),
    };
  }

  /**
   * Begins to build the next generation beside the live one, unless that is under way. One that is held is built once
   * more, or, with `forced`, takes over as it is.
   */
  rebuild(model: ReadModel, { forced = false } = {}): Promise<RebuildAnswer> {
    return this.change(model, async (tx, known) => {
      if (known.building !== null && !known.held) return 'a rebuild is under way';
      if (known.held && forced) await force(tx, model);
      else await startBuilding(tx, model, known, this.clock.now(), forced ? 'forced' : 'checked');
      return undefined;
    });
  }

  /** Has the generation that was live before take over again, once it has caught up. */
  switchBack(model: ReadModel): Promise<RebuildAnswer> {
    return this.change(model, async (tx, known) => {
      if (known.building !== null && !known.held) return 'a rebuild is under way';
      if (known.previous === null) return 'no earlier generation is kept';
      if (known.previousVersion !== model.version) {
        return `version ${known.previousVersion} made it, and this is ${model.version}: start the service of that version, which switches back by itself`;
      }
      if (!(await tablesAreThere(tx, model, known.previous))) return 'the tables of the earlier generation are gone';
      await startBack(tx, model, this.clock.now());
      return undefined;
    });
  }

  private async change(
    model: ReadModel,
    work: (tx: Tx, known: Generations) => Promise<string | undefined>,
  ): Promise<RebuildAnswer> {
    const answer = await this.store.transaction(async (tx): Promise<RebuildAnswer> => {
      await lockGenerations(tx);
      const known = await generationsOf(tx, model.name);
      if (!known) throw new Error(`read model ${model.name} has no generation yet`);
      const refusal = await work(tx, known);
      if (refusal !== undefined) return { begun: false, refusal, generations: known };
      return { begun: true, generations: (await generationsOf(tx, model.name))! };
    });
    this.schedule(0);
    return answer;
  }

  private schedule(wait: number): void {
    clearTimeout(this.timer);
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.turn = this.turn
        .then(() => this.look())
        .catch((error: unknown) => this.log.warn({ reason: publicMessage(error) }, 'projections: trying again'))
        .then(() => this.schedule([...this.running.values()].includes('building') ? TICK_WHILE_BUILDING : TICK));
    }, wait);
  }

  /** One look: heals, starts and stops processors, switches what has caught up. */
  private async look(): Promise<void> {
    const known = await this.healed();
    await this.reconcile(known);
    const building = projections.filter(({ name }) => known.get(name)?.building !== null);
    let switched = false;
    for (const model of building) switched = (await this.switched(model)) || switched;
    if (switched) await this.reconcile(await allGenerations(this.store));
  }

  /** Whether the model was switched now. A lock that is not free in time costs a try, and no more. */
  private async switched(model: ReadModel): Promise<boolean> {
    try {
      const outcome = await trySwitch(this.store, model, this.clock, () =>
        within(LOG_MS, this.eventLog.topic(this.topicOf(model))),
      );
      if (outcome === 'waiting') return false;
      const projection = model.name;
      if (outcome === 'switched') this.log.info({ projection }, 'switched to the generation that was built');
      else this.log.warn({ projection }, 'what was built differs from what is live, and waits to be forced');
      await this.store.transaction((tx) => endWatch(tx, model));
      return outcome === 'switched';
    } catch (error) {
      if (!isTransient(error)) throw error;
      this.log.debug({ projection: model.name, reason: publicMessage(error) }, 'not switched, trying again');
      return false;
    }
  }

  /** Makes what is not there: at the first start, after tables were dropped by hand, for a new version of a read model. */
  private async healed(): Promise<ReadonlyMap<string, Generations>> {
    const known = await allGenerations(this.store);
    const missing = await missingTables(this.store, projections, known);
    const isWhole = projections.every((model) => this.fault(model, known, missing) === undefined);
    if (isWhole) return known;
    await this.store.transaction(async (tx) => {
      await lockGenerations(tx);
      const now = await allGenerations(tx);
      const gone = await missingTables(tx, projections, now);
      for (const model of projections) {
        const fault = this.fault(model, now, gone);
        const generations = now.get(model.name);
        if (fault === 'unbuilt' && generations) await this.build(tx, model, generations);
        else if (fault !== undefined) await startAfresh(tx, model, generations);
      }
    });
    return allGenerations(this.store);
  }

  /** A new version begins anew; one that was live before takes up what it had. */
  private async build(tx: Tx, model: ReadModel, known: Generations): Promise<void> {
    const { previous, previousVersion, version } = known;
    const isKept = version !== model.version && previous !== null && previousVersion === model.version;
    if (isKept && (await tablesAreThere(tx, model, previous))) await startBack(tx, model, this.clock.now());
    else await startBuilding(tx, model, known, this.clock.now());
  }

  private fault(
    model: ReadModel,
    known: ReadonlyMap<string, Generations>,
    missing: ReadonlySet<string>,
  ): 'absent' | 'unbuilt' | undefined {
    const generations = known.get(model.name);
    if (!generations) return 'absent';
    const { active, building, version, buildingVersion } = generations;
    const isGone = (generation: number): boolean =>
      model.views.some(({ name }) => missing.has(tableName(name, generation)));
    if (isGone(active) || model.views.some(({ name }) => missing.has(name))) return 'absent';
    const isOther = version !== model.version;
    const isUnbuilt = building === null ? isOther : isGone(building) || (isOther && buildingVersion !== model.version);
    return isUnbuilt ? 'unbuilt' : undefined;
  }

  private async reconcile(known: ReadonlyMap<string, Generations>): Promise<void> {
    const wanted = new Map(projections.flatMap((model) => this.wanted(model, known.get(model.name))));
    for (const [name, role] of this.running) {
      if (wanted.get(name)?.role === role) continue;
      await this.host.stop(name);
      this.running.delete(name);
    }
    for (const [name, { model, generation, role }] of wanted) {
      if (this.running.has(name) || this.stopping.signal.aborted) continue;
      await this.host.start(definitionOf(model, generation, role, this.config.topics, { tenants: this.tenants }));
      this.running.set(name, role);
    }
  }

  /** The live generation of another version is left as it is: only that version's code could write it. */
  private wanted(model: ReadModel, known: Generations | undefined) {
    if (!known) return [];
    const { active, version, building, buildingVersion } = known;
    const roles = [
      ...(version === model.version ? [{ model, generation: active, role: 'active' as const }] : []),
      ...(building !== null && buildingVersion === model.version
        ? [{ model, generation: building, role: 'building' as const }]
        : []),
    ];
    return roles.map((one) => [processorName(model, one.generation), one] as const);
  }

  private topicOf(model: ReadModel): string {
    return model.from === 'events' ? this.config.topics.events : this.config.topics.deadLetters;
  }
}
