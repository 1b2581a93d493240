import { type Tx } from '#libs/store';
import { type IntegrationDocument } from '../integration/integration.js';
import { actionOf, everyClass } from '../lane/schedule.js';
import { type RateLimit, type Target } from '../sink.js';
import { type RosterRow, selectRoster } from '../sql/roster.js';
import { type Caller, Unusable } from './caller.js';

/** An integration as the dispatcher sees it. */
export interface Entry {
  readonly document: IntegrationDocument;
  readonly parked: boolean;
  /** The limits of a call of each class; empty for what makes no call. */
  readonly limits: readonly (readonly RateLimit[])[];
  readonly credential: string | undefined;
}

/** Most integrations that are remembered. */
const CAPACITY = 20_000;

/** What is known of the integrations of the sink, read again when a newer version is heard of. */
export class Roster {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly tx: Tx,
    private readonly sink: string,
    private readonly target: Target,
    private readonly caller: Caller,
  ) {}

  get(id: string): Entry | undefined {
    return this.entries.get(id);
  }

  /** Reads those of `ids` that are not known. */
  async load(ids: readonly string[]): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => !this.entries.has(id));
    if (unknown.length === 0) return;
    if (this.entries.size + unknown.length > CAPACITY) this.entries.clear();
    for (const row of await selectRoster(this.tx, this.sink, unknown)) this.put(row);
  }

  /** Forgets what is not of this version or parked otherwise, and reads it when it is needed. */
  compare(id: string, sequence: number, parked: boolean): void {
    const entry = this.entries.get(id);
    if (entry && (entry.document.sequence !== sequence || entry.parked !== parked)) this.entries.delete(id);
  }

  forget(id: string): void {
    this.entries.delete(id);
  }

  /** The other integrations with the same secrets. */
  sharing(id: string): readonly IntegrationDocument[] {
    const credential = this.entries.get(id)?.credential;
    if (credential === undefined) return [];
    return [...this.entries.values()].flatMap((entry) =>
      entry.credential === credential && entry.document.integrationId !== id ? [entry.document] : [],
    );
  }

  private put({ document, parkedCode }: RosterRow): void {
    this.entries.set(document.integrationId, { document, parked: parkedCode !== null, ...this.limitsOf(document) });
  }

  /** Whoever cannot be called has no limits: the call itself will say why. */
  private limitsOf(document: IntegrationDocument): Pick<Entry, 'limits' | 'credential'> {
    const none = { limits: everyClass.map(() => []), credential: undefined };
    if (document.status !== 'active') return none;
    try {
      const credential = this.caller.credentialOf(document);
      const config = this.caller.configOf(document);
      const limits = everyClass.map((each) => {
        const action = actionOf(each);
        return action ? this.target.limits(action, config, credential) : [];
      });
      return { limits, credential };
    } catch (error) {
      if (error instanceof Unusable) return none;
      throw error;
    }
  }
}
