import { type EventEnvelope, type Origin } from '#libs/contracts';
import { type Instant } from '#libs/core';
import { type Finding } from '../detector.js';
import { nextStep, type Place, type Rule } from './issue.js';
import { type OpenIssues, slotOf } from './open-issue.js';

/** Whose issue it is, and what it follows from. */
export type Chain = Omit<Origin, 'id' | 'time' | 'source' | 'recordedAt'>;

/** When and by what something was found. */
export interface Occasion {
  /** Milliseconds. */
  readonly now: number;
  readonly chain: Chain;
  /** The record that decided. */
  readonly place?: Place;
  /** What the ids come from where no sample decided. */
  readonly id?: string;
}

/** The open issues of a cell while something is decided, and what was said of them. */
export class IssueBook {
  readonly events: EventEnvelope[] = [];

  constructor(
    public open: OpenIssues,
    private readonly clusterId: string,
    private readonly recordedAt: Instant,
  ) {}

  has(rule: string, subject: string): boolean {
    return this.open[slotOf(rule, subject)] !== undefined;
  }

  take(rule: Rule, finding: Finding, occasion: Occasion): void {
    const slot = slotOf(rule.name, finding.subject);
    const { clusterId, recordedAt } = this;
    const step = nextStep(this.open[slot], finding, { rule, clusterId, recordedAt, ...occasion });
    if (!step) return;
    this.events.push(step.event);
    const { [slot]: _before, ...others } = this.open;
    this.open = step.issue ? { ...others, [slot]: step.issue } : others;
  }
}
