/** Most groups that are done at once. */
const LANES = 2;
/** Tasks from which on a group takes no more. */
const FULL = 64;

interface Submission<Task, Result> {
  readonly tasks: readonly Task[];
  resolve(results: readonly Result[]): void;
  reject(error: unknown): void;
}

export interface GroupOptions<Task, Result> {
  /** Does tasks, all or none; answers in their order. */
  run(tasks: readonly Task[]): Promise<readonly Result[]>;
  /** Whether an error is of one task among many, so that the others are to be tried without it. */
  isOfOne(error: unknown): boolean;
}

/**
 * Does together what comes while others are done: one commit for all of it. What is submitted together stays together.
 * Where a group fails for one of its tasks, each submission is done alone.
 */
export class Groups<Task, Result> {
  private waiting: Submission<Task, Result>[] = [];
  private running = 0;

  constructor(private readonly options: GroupOptions<Task, Result>) {}

  submit(tasks: readonly Task[]): Promise<readonly Result[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ tasks, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    if (this.running >= LANES || this.waiting.length === 0) return;
    this.running += 1;
    // After this turn of the loop: requests that came with this one join it.
    setImmediate(() => {
      const group = this.take();
      void this.settle(group).finally(() => {
        this.running -= 1;
        this.next();
      });
    });
  }

  private take(): readonly Submission<Task, Result>[] {
    let tasks = 0;
    const end = this.waiting.findIndex((one) => (tasks += one.tasks.length) >= FULL);
    return this.waiting.splice(0, end < 0 ? this.waiting.length : end + 1);
  }

  private async settle(group: readonly Submission<Task, Result>[]): Promise<void> {
    if (group.length === 0) return;
    try {
      const results = await this.options.run(group.flatMap(({ tasks }) => tasks));
      let from = 0;
      for (const { tasks, resolve } of group) resolve(results.slice(from, (from += tasks.length)));
    } catch (error) {
      if (group.length === 1 || !this.options.isOfOne(error)) for (const { reject } of group) reject(error);
      else for (const one of group) await this.settle([one]);
    }
  }
}
