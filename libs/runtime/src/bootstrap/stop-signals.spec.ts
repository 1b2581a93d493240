import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { StopSignals } from './stop-signals.js';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  readonly exited = new Promise<number>((resolve) => this.once('exit', resolve));

  exit(code: number): void {
    this.exits.push(code);
    this.emit('exit', code);
  }
}

let target: FakeProcess;
beforeEach(() => {
  target = new FakeProcess();
});

describe('a signal to stop', () => {
  it.each(['SIGTERM', 'SIGINT', 'disconnect'])('%s stops once and exits with 0', async (event) => {
    let stops = 0;
    new StopSignals(target).whenAsked(() => {
      stops += 1;
      return Promise.resolve();
    });
    target.emit(event);
    expect(await target.exited).toBe(0);
    expect(stops).toBe(1);
  });

  it('is kept until there is something to stop', async () => {
    const signals = new StopSignals(target);
    target.emit('SIGTERM');
    expect(target.exits).toEqual([]);
    signals.whenAsked(() => Promise.resolve());
    expect(await target.exited).toBe(0);
  });

  it('the second time ends the process at once; a lost channel does not count', () => {
    new StopSignals(target).whenAsked(() => new Promise(() => {}));
    target.emit('SIGTERM');
    target.emit('disconnect');
    expect(target.exits).toEqual([]);
    target.emit('SIGINT');
    expect(target.exits).toEqual([1]);
  });

  it('exits with 1 when stopping fails, or takes too long', async () => {
    new StopSignals(target).whenAsked(() => Promise.reject(new Error('x')));
    target.emit('SIGTERM');
    expect(await target.exited).toBe(1);
    const slow = new FakeProcess();
    const awake = setInterval(() => {}, 5);
    new StopSignals(slow, 10).whenAsked(() => new Promise(() => {}));
    slow.emit('SIGTERM');
    expect(await slow.exited).toBe(1);
    clearInterval(awake);
  });
});
