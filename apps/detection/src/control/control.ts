import { type Tx } from '#libs/store';
import { SettingsBook } from '../settings/settings-book.js';
import { loadSettings, loadTurns, readControlVersion } from '../sql/control.js';
import { ClusterLife, unbroken } from './cluster-life.js';

/** What rules are told besides samples: their settings, and which clusters are no more. */
export interface Control {
  readonly version: number;
  readonly settings: SettingsBook;
  lifeOf(cluster: { organizationId: string; clusterId: string }): ClusterLife;
}

/** Keeps what was last read, and reads it again when it has changed. */
export class ControlReader {
  private last: Control | undefined;

  /** What holds until the end of the transaction: no change gets in meanwhile. */
  async read(tx: Tx): Promise<Control> {
    const version = await readControlVersion(tx);
    if (this.last?.version === version) return this.last;
    const settings = new SettingsBook(await loadSettings(tx));
    const lives = await readLives(tx);
    const control = { version, settings, lifeOf: (cluster: Named) => lives.get(keyOf(cluster)) ?? unbroken };
    this.last = control;
    return control;
  }
}

interface Named {
  readonly organizationId: string;
  readonly clusterId: string;
}

async function readLives(tx: Tx): Promise<Map<string, ClusterLife>> {
  const turns = new Map<string, Awaited<ReturnType<typeof loadTurns>>[number][]>();
  for (const turn of await loadTurns(tx)) {
    const known = turns.get(keyOf(turn));
    if (known) known.push(turn);
    else turns.set(keyOf(turn), [turn]);
  }
  return new Map([...turns].map(([key, life]) => [key, new ClusterLife(life)]));
}

function keyOf({ organizationId, clusterId }: Named): string {
  return `${organizationId}\u0000${clusterId}`;
}
