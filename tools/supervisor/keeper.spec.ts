import { describe, expect, it } from '@jest/globals';
import { until } from '#libs/testing';
import { type Child, type Exit } from '../ground/child.js';
import { noLog } from '../ground/log-file.js';
import { CannotStartError, type Program } from '../ground/program.js';
import { Keeper, type KeeperTiming } from './keeper.js';

const FAST: KeeperTiming = {
  probeEveryMs: 1,
  readyWithinMs: 60_000,
  backoffMs: [0, 1],
  healthyAfterMs: 60_000,
  firstTries: 3,
};

/** A process that a spec ends as it likes. */
class FakeChild implements Child {
  readonly signals: NodeJS.Signals[] = [];
  readonly exited: Promise<Exit>;
  private finish!: (exit: Exit) => void;

  constructor(
    readonly pid: number,
    private readonly lines: readonly string[] = [],
  ) {
    this.exited = new Promise((resolve) => (this.finish = resolve));
  }

  signal(signal: NodeJS.Signals): void {
    this.signals.push(signal);
    this.end({ code: null, signal });
  }

  end(exit: Exit): void {
    this.finish(exit);
  }

  tail(): readonly string[] {
    return this.lines;
  }
}

/** A program whose lives are scripted: `live` sees each child; `isReady` says what its probe answers. */
function fakeProgram(live: (child: FakeChild) => void, isReady: () => boolean, lines: readonly string[] = []) {
  const children: FakeChild[] = [];
  const program: Program = {
    name: 'fake',
    async launch() {
      const child = new FakeChild(children.length + 1, lines);
      children.push(child);
      live(child);
      return child;
    },
    async probe() {
      if (!isReady()) throw new Error('not yet');
    },
    stop: { signal: 'SIGTERM', graceMs: 1000 },
    stopAtOnce: 'SIGKILL',
  };
  return { program, children };
}

function keep(program: Program, timing = FAST) {
  const said: string[] = [];
  const keeper = new Keeper(program, noLog, { say: (line) => said.push(line), changed: () => undefined }, timing);
  return { keeper, said };
}

const nothing = (): void => undefined;

describe('a kept program', () => {
  it('is ready when its probe says so, and is stopped in its own manner', async () => {
    let ready = false;
    const { program, children } = fakeProgram(nothing, () => ready);
    const { keeper } = keep(program);
    await until(() => children.length === 1);
    expect(keeper.state).toBe('starting');
    ready = true;
    await keeper.firstReady;
    expect(keeper.state).toBe('ready');
    await keeper.stop();
    expect(children.map(({ signals }) => signals)).toEqual([['SIGTERM']]);
    expect(keeper.state).toBe('stopped');
  });

  it('is started again at once when it dies, and says so', async () => {
    const { program, children } = fakeProgram(nothing, () => true);
    const { keeper, said } = keep(program);
    await keeper.firstReady;
    children[0]?.end({ code: null, signal: 'SIGKILL' });
    await until(() => keeper.pid === 2 && keeper.state === 'ready');
    expect(said).toEqual(['fake: ended (signal SIGKILL); starting again', 'fake: ready again']);
    await keeper.stop();
  });

  it('waits longer each time it dies, as far as the list goes', async () => {
    const { program, children } = fakeProgram(nothing, () => true);
    const { keeper, said } = keep(program);
    for (let life = 1; life <= 4; life += 1) {
      await until(() => keeper.pid === life && keeper.state === 'ready');
      children[life - 1]?.end({ code: 1, signal: null });
    }
    await until(() => keeper.pid === 5);
    expect(said.filter((line) => line.includes('starting again'))).toEqual([
      'fake: ended (exit code 1); starting again',
      ...Array.from({ length: 3 }, () => 'fake: ended (exit code 1); starting again in 0.001 s'),
    ]);
    await keeper.stop();
  });

  it('starts afresh without a wait after it was healthy for long', async () => {
    const { program, children } = fakeProgram(nothing, () => true);
    const { keeper, said } = keep(program, { ...FAST, healthyAfterMs: 0 });
    for (let life = 1; life <= 3; life += 1) {
      await until(() => keeper.pid === life && keeper.state === 'ready');
      children[life - 1]?.end({ code: 1, signal: null });
    }
    await until(() => keeper.pid === 4);
    expect(said.filter((line) => line.includes(' in '))).toEqual([]);
    await keeper.stop();
  });

  it('gives up when it never got ready, with the last it said', async () => {
    const { program, children } = fakeProgram(
      (child) => child.end({ code: 1, signal: null }),
      () => false,
      ['no such module'],
    );
    const { keeper } = keep(program);
    await expect(keeper.firstReady).rejects.toThrow('no such module\nfake ended (exit code 1) before it was ready');
    expect(children).toHaveLength(3);
  });

  it('does not try again when it was told something wrong', async () => {
    const wrong = (child: FakeChild): void => child.end({ code: 78, signal: null });
    const { program, children } = fakeProgram(wrong, () => false, ['a warning', 'PORT: read "x"; allowed: a port']);
    const { keeper } = keep(program);
    await expect(keeper.firstReady).rejects.toThrow(/^PORT: read "x"; allowed: a port$/);
    expect(children).toHaveLength(1);
  });

  it('does not try again when a person has to act', async () => {
    const { program } = fakeProgram(nothing, () => true);
    const { keeper } = keep({ ...program, launch: () => Promise.reject(new CannotStartError('PORT: taken')) });
    await expect(keeper.firstReady).rejects.toThrow('PORT: taken');
    expect(keeper.state).toBe('stopped');
  });

  it('is killed and started again when it is not ready in time', async () => {
    let ready = false;
    const { program, children } = fakeProgram(
      (child) => (ready = child.pid === 2),
      () => ready,
    );
    const { keeper, said } = keep(program, { ...FAST, readyWithinMs: 5 });
    await keeper.firstReady;
    expect(children[0]?.signals).toEqual(['SIGKILL']);
    expect(said[0]).toContain('not ready in 0.005 s (not yet)');
    await keeper.stop();
  });

  it('can be stopped while it waits for its next start', async () => {
    const { program, children } = fakeProgram(nothing, () => true);
    const { keeper } = keep(program, { ...FAST, backoffMs: [60_000] });
    await keeper.firstReady;
    children[0]?.end({ code: 1, signal: null });
    await until(() => keeper.state === 'waiting');
    await keeper.stop();
    expect(children).toHaveLength(1);
  });
});
