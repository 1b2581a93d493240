import { type Hint } from '../lane/schedule.js';

/** Most times that are remembered; what is forgotten is found again by looking into the database. */
const CAPACITY = 20_000;

/** What is due when, of each class of each integration. What comes due first is answered first, and so in turns. */
export class Agenda {
  private readonly heap: Hint[] = [];
  private readonly ready = new Map<string, Hint>();

  add(hint: Hint): void {
    if (this.heap.length >= CAPACITY) return;
    this.heap.push(hint);
    this.rise(this.heap.length - 1);
  }

  /** What is due at `now`, each class of each integration once, in the order of classes, then of dues. */
  take(now: number): readonly Hint[] {
    while (this.heap[0] && this.heap[0].due <= now) {
      const hint = this.pop();
      const key = `${hint.class}/${hint.integrationId}`;
      if (!this.ready.has(key)) this.ready.set(key, hint);
    }
    const taken = [...this.ready.values()].sort((a, b) => a.class - b.class);
    this.ready.clear();
    return taken;
  }

  /** When something is due next. */
  get next(): number | undefined {
    return this.heap[0]?.due;
  }

  private pop(): Hint {
    const first = this.heap[0]!;
    const last = this.heap.pop()!;
    if (this.heap.length > 0) {
      this.heap[0] = last;
      this.sink(0);
    }
    return first;
  }

  private rise(at: number): void {
    for (let i = at; i > 0;) {
      const parent = (i - 1) >> 1;
      if (this.heap[parent]!.due <= this.heap[i]!.due) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  private sink(at: number): void {
    for (let i = at; ;) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < this.heap.length && this.heap[left]!.due < this.heap[least]!.due) least = left;
      if (right < this.heap.length && this.heap[right]!.due < this.heap[least]!.due) least = right;
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}
