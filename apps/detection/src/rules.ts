import { type Severity } from '#libs/contracts';
import { type Settings } from './detector.js';
import { detectors } from './detectors/index.js';
import { healthReporting } from './issues/silence.js';

/** What there is to say of a rule, and to set. */
export interface RuleInfo {
  readonly name: string;
  readonly version: number;
  readonly says: string;
  readonly severity: Severity;
  readonly settings: Settings;
}

/** Every rule that makes issues: the detectors, and the one about samples that stay away. */
export const rules: readonly RuleInfo[] = [...detectors, healthReporting];

const byName = new Map(rules.map((rule) => [rule.name, rule]));

export function ruleOf(name: string): RuleInfo | undefined {
  return byName.get(name);
}

export function severityOf(name: string): Severity {
  return byName.get(name)?.severity ?? 'error';
}
