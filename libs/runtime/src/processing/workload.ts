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
  select(records: readonly StreamRecord[], skipped: (reason: string) => void): Promise<readonly Item<Work>[]>;
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
    skipped: (reason: string) => void,
  ): Promise<readonly Item<Received>[]> {
    const wanted = records.filter((record) => this.mayHandle(record));
    for (let count = records.length - wanted.length; count > 0; count--) skipped(NOT_HANDLED);
    if (wanted.length === 0) return [];
    const tenant = await this.tenants.defaultTenant();
    const known = new Map<string, boolean>();
    const items: Item<Received>[] = [];
    for (const record of wanted) {
      const item = await this.read(record, tenant, known);
      if (item === undefined) skipped(NOT_HANDLED);
      else if (item.fault && !this.writesFaults) skipped(item.fault.error);
      else items.push(item);
    }
    return items;
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

  private async read(
    record: StreamRecord,
    tenant: DefaultTenant,
    known: Map<string, boolean>,
  ): Promise<Item<Received> | undefined> {
    const decoded = decodeRecord(record, tenant);
    if (decoded.kind === 'undecodable') return faulty(record, 'undecodable', decoded.reason);
    const { event } = decoded;
    const handled = this.handles(event.name);
    if (!handled && !this.writesFaults) return undefined;
    const { organizationId } = event.metadata;
    let isKnown = known.get(organizationId);
    if (isKnown === undefined) known.set(organizationId, (isKnown = await this.tenants.isKnown(organizationId)));
    if (!isKnown)
      return faulty(record, 'unknown-organization', `organization ${organizationId.slice(0, 64)} is not known`);
    if (!handled) return undefined;
    const { topic, partition, offset, timestamp } = record;
    return {
      record,
      work: { event, position: { topic, partition, offset }, timestamp, known: decoded.kind === 'event' },
    };
  }
}

const NOT_HANDLED = 'not-handled';

function faulty(record: StreamRecord, error: string, reason: string): Item<Received> {
  return { record, fault: { error, message: publicMessage(reason) } };
}
