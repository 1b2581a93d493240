import { decodeRecord, type DefaultTenant, HEADERS } from '#libs/contracts';
import { type StreamRecord } from '#libs/event-stream';
import {
  type AfterCommit,
  type ProcessorDefinition,
  type Received,
  type RecordProcessorDefinition,
  type UnitOfWork,
} from '../processor.js';
import { type Fault } from './dead-letter.js';
import { publicMessage } from './redact.js';

/** A record of a batch that is not skipped: what `apply` gets of it, or why it is a dead letter. */
export interface Item<Work> {
  readonly record: StreamRecord;
  readonly work?: Work;
  readonly fault?: Fault;
}

/** What a kind of processor does with records: which it takes, and what it does with those. */
export interface Workload<Work> {
  /** The records that are not to be skipped, in order; `skipped` counts the others by reason. */
  select(
    records: readonly StreamRecord[],
    skipped: (reason: string, count: number) => void,
  ): Promise<readonly Item<Work>[]>;
  apply(batch: readonly Work[], unit: UnitOfWork): Promise<void | AfterCommit>;
}

/** What reading an event needs to know of the installation. `Tenants` is one. */
export interface TenantLookup {
  isKnown(organizationId: string): boolean | Promise<boolean>;
  defaultTenant(): Promise<DefaultTenant>;
}

/** Raw records, all of them. */
export class RecordWorkload implements Workload<StreamRecord> {
  constructor(private readonly definition: RecordProcessorDefinition) {}

  select(records: readonly StreamRecord[]): Promise<readonly Item<StreamRecord>[]> {
    return Promise.resolve(records.map((record) => ({ record, work: record })));
  }

  apply(batch: readonly StreamRecord[], unit: UnitOfWork): Promise<void> {
    return this.definition.applyRecords(batch, unit);
  }
}

/** Events: filtered by header, decoded, of known organisations. */
export class EventWorkload implements Workload<Received> {
  constructor(
    private readonly definition: ProcessorDefinition,
    private readonly tenants: TenantLookup,
  ) {}

  async select(
    records: readonly StreamRecord[],
    skipped: (reason: string, count: number) => void,
  ): Promise<readonly Item<Received>[]> {
    const wanted = records.filter((record) => this.mayHandle(record));
    const read = wanted.length === 0 ? [] : await this.readAll(wanted);
    const items = read.filter((item) => this.isOurs(item));
    if (items.length < records.length) skipped('not-handled', records.length - items.length);
    if (this.writesFaults) return items;
    for (const { fault } of items) if (fault) skipped(fault.error, 1);
    return items.filter(({ fault }) => fault === undefined);
  }

  apply(batch: readonly Received[], unit: UnitOfWork): Promise<void | AfterCommit> {
    return this.definition.apply(batch, unit);
  }

  private get writesFaults(): boolean {
    return this.definition.writesUndecodable === true;
  }

  /** By the headers alone. Whoever writes the dead letters for all has to look into every record. */
  private mayHandle({ headers }: StreamRecord): boolean {
    const audience = headers[HEADERS.audience];
    if (audience !== undefined && audience !== this.definition.name) return false;
    const name = headers[HEADERS.name];
    return this.writesFaults || name === undefined || this.handles(name);
  }

  private handles(name: string): boolean {
    const { handles } = this.definition;
    return handles === 'all' || handles.has(name);
  }

  private isOurs({ work, fault }: Item<Received>): boolean {
    return fault !== undefined || (work !== undefined && this.handles(work.event.name));
  }

  private async readAll(records: readonly StreamRecord[]): Promise<readonly Item<Received>[]> {
    const tenant = await this.tenants.defaultTenant();
    const items = records.map((record) => itemOf(record, tenant));
    const strangers = new Set<string>();
    for (const id of new Set(items.flatMap(({ work }) => work?.event.metadata.organizationId ?? []))) {
      if (!(await this.tenants.isKnown(id))) strangers.add(id);
    }
    return strangers.size === 0 ? items : items.map((item) => withoutStrangers(item, strangers));
  }
}

function itemOf(record: StreamRecord, tenant: DefaultTenant): Item<Received> {
  const decoded = decodeRecord(record, tenant);
  if (decoded.kind === 'undecodable') return faulty(record, 'undecodable', decoded.reason);
  const { topic, partition, offset, timestamp } = record;
  const position = { topic, partition, offset };
  return { record, work: { event: decoded.event, position, timestamp, known: decoded.kind === 'event' } };
}

function withoutStrangers(item: Item<Received>, strangers: ReadonlySet<string>): Item<Received> {
  const id = item.work?.event.metadata.organizationId;
  if (id === undefined || !strangers.has(id)) return item;
  return faulty(item.record, 'unknown-organization', `organization ${id.slice(0, 64)} is not known`);
}

function faulty(record: StreamRecord, error: string, reason: string): Item<Received> {
  return { record, fault: { error, message: publicMessage(reason) } };
}
