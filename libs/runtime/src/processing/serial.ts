/** Runs what belongs to one key after one another, whatever others do meanwhile. */
export class Serial<Key> {
  private readonly tails = new Map<Key, Promise<unknown>>();

  run<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const result = before.then(work);
    const tail = result
      .catch(() => {})
      .finally(() => {
        if (this.tails.get(key) === tail) this.tails.delete(key);
      });
    this.tails.set(key, tail);
    return result;
  }

  /** Whether something runs or waits for `key`. */
  busy(key: Key): boolean {
    return this.tails.has(key);
  }
}
