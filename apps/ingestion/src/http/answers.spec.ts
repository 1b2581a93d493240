import { describe, expect, it } from '@jest/globals';
import { type Problem } from '#libs/runtime';
import { type Ingested } from '../ingest.pipeline.js';
import { Refusal, type RefusalKind } from '../source.js';
import { refusedAs } from './alertmanager-answers.js';
import { alertsAnswer, eventsAnswer } from './answers.js';

const receipt = { id: 'i', topic: 't', partition: 0, offset: 1 };

function rejected(...kinds: RefusalKind[]): Ingested {
  return { receipts: [], rejected: kinds.map((kind, index) => ({ index, kind, reason: `payload.at: ${kind}` })) };
}

function problemOf(answer: () => unknown): Problem {
  try {
    answer();
  } catch (error) {
    return error as Problem;
  }
  throw new Error('no problem');
}

describe('alertsAnswer', () => {
  it('is 200 as soon as one is accepted', () => {
    expect(alertsAnswer({ ...rejected('rule'), receipts: [receipt] })).toEqual({
      accepted: 1,
      rejected: [{ index: 0, reason: 'payload.at: rule' }],
    });
    expect(alertsAnswer({ receipts: [], rejected: [] })).toEqual({ accepted: 0, rejected: [] });
  });

  it('is 400 when nothing is usable, naming the fields', () => {
    expect(problemOf(() => alertsAnswer(rejected('rule', 'type')))).toMatchObject({
      status: 400,
      details: { fields: { 'alerts.0.payload.at': 'rule', 'alerts.1.payload.at': 'type' } },
    });
  });
});

describe('eventsAnswer', () => {
  it.each([
    ['rule', 400],
    ['forbidden', 403],
    ['size', 413],
    ['conflict', 422],
  ] as const)('is, when all were rejected for %s, %i', (kind, status) => {
    expect(problemOf(() => eventsAnswer(rejected(kind, kind), false))).toMatchObject({ status });
  });

  it('is 400 when they were rejected for several kinds', () => {
    expect(problemOf(() => eventsAnswer(rejected('forbidden', 'rule'), false))).toMatchObject({ status: 400 });
  });

  it('names the fields of a single event without an index', () => {
    expect(problemOf(() => eventsAnswer(rejected('rule'), true))).toMatchObject({
      details: { fields: { 'payload.at': 'rule' } },
    });
  });
});

describe('refusedAs', () => {
  it('speaks as Alertmanager 0.25 does', () => {
    expect(refusedAs({ receipts: [receipt], rejected: [] })).toBeUndefined();
    expect(refusedAs({ receipts: [], rejected: [], refusal: new Refusal('type', 'expected a list') })).toMatchObject({
      status: 400,
      body: { code: 400, message: 'expected a list' },
    });
    expect(refusedAs(rejected('rule', 'type'))).toMatchObject({ status: 400, body: { code: 400 } });
    expect(refusedAs(rejected('rule', 'required'))).toMatchObject({ status: 422, body: { code: 602 } });
    expect(refusedAs(rejected('rule', 'format'))).toMatchObject({ status: 422, body: { code: 601 } });
    expect(refusedAs(rejected('rule', 'rule'))).toEqual({
      status: 400,
      body: '0.payload.at: rule; 1.payload.at: rule',
    });
  });
});
