/** Milliseconds that an entry serves without being looked up again. */
const FRESH_MS = 5_000;
const CAPACITY = 10_000;

interface Entry<Value> {
  readonly at: number;
  readonly value: Promise<Value>;
  settled?: Value;
}

/** Values that were looked up in the last seconds. Two who ask at once share one look-up; a failed one is forgotten. */
export class Recent<Value> {
  private readonly entries = new Map<string, Entry<Value>>();

  /** `now` in milliseconds. @throws what `look` throws */
  get(key: string, now: number, look: () => Promise<Value>): Promise<Value> {
    const there = this.fresh(key, now);
    return there ? there.value : this.keep(key, { at: now, value: look() });
  }

  /** What is known already and need not be looked up. */
  peek(key: string, now: number): Value | undefined {
    return this.fresh(key, now)?.settled;
  }

  put(key: string, value: Value, now: number): void {
    void this.keep(key, { at: now, value: Promise.resolve(value), settled: value });
  }

  forget(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }

  private fresh(key: string, now: number): Entry<Value> | undefined {
    const entry = this.entries.get(key);
    return entry && now - entry.at < FRESH_MS ? entry : undefined;
  }

  private keep(key: string, entry: Entry<Value>): Promise<Value> {
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > CAPACITY) this.entries.delete(this.entries.keys().next().value!);
    entry.value.then(
      (value) => (entry.settled = value),
      () => this.entries.get(key) === entry && this.entries.delete(key),
    );
    return entry.value;
  }
}
