import { type StoredCell } from '../sql/cells.js';

/** Bytes of JSON; in memory a state takes about five times as much. */
const MOST = 24 * 1024 * 1024;
/** Of a cell whose text was not made here. */
const GUESS = 1024;

/**
 * Cells as they were last committed by this process, the longest unused ones forgotten. One that is not so any more (its
 * partition went elsewhere and came back) shows when it is written: its version is not the one that was read.
 */
export class CellCache {
  private readonly cells = new Map<string, { readonly stored: StoredCell; readonly size: number }>();
  private size = 0;

  constructor(private readonly most = MOST) {}

  get(key: string): StoredCell | undefined {
    return this.cells.get(key)?.stored;
  }

  put(key: string, stored: StoredCell, size = GUESS): void {
    this.forget(key);
    this.cells.set(key, { stored, size });
    this.size += size;
    for (const oldest of this.cells.keys()) {
      if (this.size <= this.most) return;
      this.forget(oldest);
    }
  }

  forget(key: string): void {
    const known = this.cells.get(key);
    if (!known) return;
    this.size -= known.size;
    this.cells.delete(key);
  }

  get count(): number {
    return this.cells.size;
  }
}
