import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '#libs/core';
import { type Outcome } from '../sink.js';
import {
  evolve,
  initialLane,
  type Lane,
  type LaneCommand,
  laneDecider,
  type LaneRule,
  type Situation,
} from './lane.js';
import { type Row, type Verdict } from './verdicts.js';

const rule: LaneRule = {
  coalescing: 'current-state',
  repeatable: { post: false, update: true },
  updateInterval: 300_000,
  retrySchedule: [1000, 5000],
  expiresAfter: 86_400_000,
  doubtfulPosts: 'at-least-once',
};

type Answer =
  'ok' | 'answer lost' | 'nothing done, no answer' | 'refused for now' | 'refused' | 'parked' | 'gone' | 'crash';
type Step =
  | { do: 'event'; open: boolean }
  | { do: 'wait'; seconds: number }
  | { do: 'call'; answer: Answer }
  | { do: 'pause' | 'resume' };

const step = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.record({ do: fc.constant('event' as const), open: fc.boolean() }),
  fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(0, 1, 5, 60, 300) }),
  fc.record({
    do: fc.constant('call' as const),
    answer: fc.constantFrom<Answer[]>(
      'ok',
      'answer lost',
      'nothing done, no answer',
      'refused for now',
      'refused',
      'parked',
      'gone',
      'crash',
    ),
  }),
  fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const) }),
);

/** A lane, its deliveries and a target that does what it is told to. */
class Model {
  lane: Lane = initialLane;
  now = 1_000_000_000;
  sequence = 0;
  open = true;
  active = true;
  waiting: Row[] = [];
  readonly verdicts = new Map<string, Verdict>();
  /** What people see: the state that each message shows. */
  readonly messages: number[] = [];
  forgiven = 0;

  take(what: Step): void {
    if (what.do === 'event') this.event(what.open);
    else if (what.do === 'wait') this.now += what.seconds * 1000;
    else if (what.do === 'call') this.call(what.answer);
    else this.active = what.do === 'resume';
  }

  private event(open: boolean): void {
    this.open = this.sequence === 0 || open;
    this.sequence++;
    this.waiting.push({ deliveryId: `d${this.sequence}`, sequence: this.sequence, at: this.now });
  }

  private call(answer: Answer): void {
    this.decide({ type: 'Proceed', situation: this.situation(), attemptId: 'a', random: 0.5 });
    const { attempt } = this.lane;
    if (!attempt) return;
    const editing = this.lane.shown !== undefined;
    const effective = answer === 'ok' || answer === 'answer lost' || answer === 'crash';
    if (effective && editing) this.messages[Number(this.lane.shown!.receipt['ts'])] = attempt.sequence;
    if (effective && !editing) this.messages.push(attempt.sequence);
    if (answer === 'gone' && editing) this.forgiven++;
    if (answer === 'crash') return;
    const ts = editing ? this.lane.shown!.receipt['ts']! : String(this.messages.length - 1);
    const outcome = outcomeOf(answer, ts, editing);
    this.decide({ type: 'Finish', situation: this.situation(), outcome, random: 0.5 });
  }

  /** Everybody is well and time passes. */
  settle(): void {
    this.active = true;
    for (let i = 0; i < 50; i++) {
      this.call('ok');
      this.now += 400_000;
    }
  }

  private situation(): Situation {
    const incident = { sequence: this.sequence, open: this.open };
    return { now: this.now, incident, integration: this.active ? 'active' : 'paused', waiting: this.waiting };
  }

  private decide(command: LaneCommand): void {
    const events = laneDecider(rule).decide(command, this.lane);
    this.lane = fold(evolve, this.lane, events);
    for (const event of events) {
      if (event.type !== 'Settled') continue;
      const { deliveryId } = event.verdict;
      expect(this.verdicts.has(deliveryId)).toBe(false);
      this.verdicts.set(deliveryId, event.verdict);
      this.waiting = this.waiting.filter((row) => row.deliveryId !== deliveryId);
    }
  }

  states(): string[] {
    return [...this.verdicts.values()].map(({ state }) => state);
  }
}

function outcomeOf(answer: Answer, ts: string, editing: boolean): Outcome {
  const rejected = { kind: 'rejected', code: 'code', reason: 'reason', remedy: 'remedy' } as const;
  switch (answer) {
    case 'ok':
      return { kind: 'delivered', receipt: { ts } };
    case 'refused for now':
      return { kind: 'retry', reason: answer };
    case 'refused':
      return { ...rejected, scope: 'message' };
    case 'parked':
      return { ...rejected, scope: 'integration' };
    case 'gone':
      return editing ? { ...rejected, scope: 'receipt' } : { ...rejected, scope: 'integration' };
    default:
      return { kind: 'ambiguous', reason: answer };
  }
}

const histories = fc.array(step, { maxLength: 40 }).map((steps) => {
  const model = new Model();
  for (const each of steps) model.take(each);
  model.settle();
  return model;
});

describe('a lane, whatever happens to it', () => {
  it('settles every delivery exactly once', () => {
    fc.assert(fc.property(histories, (model) => model.waiting.length === 0 && model.verdicts.size === model.sequence));
  });

  it('shows one message, or says that it is not sure', () => {
    fc.assert(
      fc.property(histories, (model) => {
        const sure = !model.states().includes('ambiguous');
        if (sure) expect(model.messages.length).toBeLessThanOrEqual(1 + model.forgiven);
      }),
    );
  });

  it('names in every receipt a message that exists', () => {
    fc.assert(
      fc.property(histories, (model) => {
        for (const { receipt, state } of model.verdicts.values()) {
          if (state === 'delivered') expect(receipt).toBeDefined();
          if (receipt) expect(model.messages[Number(receipt['ts'])]).toBeDefined();
        }
      }),
    );
  });

  it('ends with the newest state that anybody was to be told', () => {
    fc.assert(
      fc.property(histories, (model) => {
        const { shown } = model.lane;
        if (!shown) return;
        const visible = model.messages[Number(shown.receipt['ts'])];
        expect(visible).toBe(shown.sequence);
        const told = [...model.verdicts.values()].filter(
          ({ state }) => state === 'delivered' || state === 'superseded',
        );
        const newest = Math.max(0, ...told.map(({ deliveryId }) => Number(deliveryId.slice(1))));
        expect(shown.sequence).toBeGreaterThanOrEqual(newest);
      }),
    );
  });
});
