import { describe, expect, it } from '@jest/globals';
import { type EventEnvelope } from '#libs/contracts';
import { millisOf } from '#libs/core';
import { detectors } from './detectors/index.js';
import { decideAll, type PostedSample } from './testing/decide-all.js';
import { type Plan, randomFrom, shuffled, telemetry } from './testing/generator.js';

interface Issue {
  readonly detector: string;
  readonly subject: string;
  readonly openedAt: string;
  readonly closedAt?: string;
}

/** The issues that events tell of, by detector and subject, in order of time. */
function issuesIn(events: readonly EventEnvelope[]): Issue[] {
  const issues = new Map<string, Issue>();
  for (const { payload } of events) {
    const { issueId, detector, subject, openedAt, closedAt } = payload as Issue & { issueId: string };
    issues.set(issueId, { detector, subject, openedAt, ...(closedAt === undefined ? {} : { closedAt }) });
  }
  const sortKey = ({ detector, subject, openedAt }: Issue): string => `${detector} ${subject} ${openedAt}`;
  return [...issues.values()].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** What was said, but for the places that decided. */
const words = (events: readonly EventEnvelope[]) =>
  events.map(({ name, payload }) => {
    const { detector, subject, sequence, openedAt, occurredAt, observed } = payload as Record<string, unknown>;
    return { name, detector, subject, sequence, openedAt, occurredAt, observed };
  });

const timeOf = (sample: PostedSample): number => millisOf(sample.at);

const plans: Plan[] = [1, 2].flatMap((seed) =>
  ([1, 3, 5] as const).map((nodes) => ({ seed: seed * 101 + nodes, hours: 3, nodes })),
);

describe.each(plans)('telemetry of $nodes nodes for $hours h, seed $seed', (plan) => {
  const samples = telemetry(plan);
  const { events } = decideAll(samples, detectors);
  const issues = issuesIn(events);

  it('has issues; each is opened once, closed at most once, and its sequence has no gaps', () => {
    expect(issues.length).toBeGreaterThan(3);
    const last = new Map<string, { sequence: number; name: string }>();
    for (const { name, payload } of events) {
      const { issueId, sequence } = payload as { issueId: string; sequence: number };
      const before = last.get(issueId);
      expect(sequence).toBe((before?.sequence ?? 0) + 1);
      expect(name === 'IssueOpened').toBe(before === undefined);
      expect(before?.name).not.toBe('IssueClosed');
      last.set(issueId, { sequence, name });
    }
  });

  it('has at most one open issue of a key at a time', () => {
    const open = new Map<string, string>();
    for (const { name, payload } of events) {
      const { issueKey, issueId } = payload as { issueKey: string; issueId: string };
      if (name === 'IssueOpened') expect(open.has(issueKey)).toBe(false);
      else expect(open.get(issueKey)).toBe(issueId);
      if (name === 'IssueClosed') open.delete(issueKey);
      else open.set(issueKey, issueId);
    }
  });

  it('gives the same issues when it arrives up to 30 s late, in any order', () => {
    const mixed = shuffled(samples, timeOf, 30_000, randomFrom(plan.seed + 1));
    const others = issuesIn(decideAll(mixed, detectors).events);
    const named = (all: readonly Issue[]) => all.map(({ detector, subject }) => `${detector} ${subject}`);
    expect(named(others)).toEqual(named(issues));
    const apart = (a?: string, b?: string): number => Math.abs(millisOf(a ?? '') - millisOf(b ?? '')) || 0;
    others.forEach((other, index) => {
      expect(apart(other.openedAt, issues[index]!.openedAt)).toBeLessThanOrEqual(60_000);
      expect(other.closedAt === undefined).toBe(issues[index]!.closedAt === undefined);
      expect(apart(other.closedAt, issues[index]!.closedAt)).toBeLessThanOrEqual(60_000);
    });
  });

  it('says the same when samples come twice', () => {
    const random = randomFrom(plan.seed + 2);
    const twice = samples.flatMap((sample) => (random() < 0.3 ? [sample, sample] : [sample]));
    const again = shuffled(
      [...twice.entries()],
      ([index]) => index,
      random() * 4,
      () => 0,
    ).map(([, sample]) => sample);
    const { events: others, outcomes } = decideAll(again, detectors);
    expect(words(others)).toEqual(words(events));
    expect(outcomes.filter((each) => each === 'duplicate')).toHaveLength(twice.length - samples.length);
  });

  it('says the same, ids included, when it is read again', () => {
    expect(decideAll(samples, detectors).events).toEqual(events);
  });
});
