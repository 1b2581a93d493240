/** A bell: rung while nobody waits, it is remembered, once. */
export class Bell {
  private rung = false;
  private waiter: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.waiter?.();
  }

  /** Resolves when the bell rings, has rung since the last wait, or after `millis`. One waits at a time. */
  async wait(millis: number): Promise<void> {
    if (!this.rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.waiter = resolve;
        timer = setTimeout(resolve, millis);
      });
      clearTimeout(timer);
      this.waiter = undefined;
    }
    this.rung = false;
  }
}
