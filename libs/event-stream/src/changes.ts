/** Wakes those who wait for a condition whenever something it may depend on has changed. */
export class Changes {
  private readonly listeners = new Set<() => void>();

  notify(): void {
    for (const listener of this.listeners) listener();
  }

  /** Resolves once `condition` holds. What it throws rejects. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        try {
          if (!condition()) return;
          this.listeners.delete(check);
          resolve();
        } catch (error) {
          this.listeners.delete(check);
          reject(error);
        }
      };
      this.listeners.add(check);
      check();
    });
  }
}
