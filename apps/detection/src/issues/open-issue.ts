/** An issue while it is open, as the state keeps it. */
export interface OpenIssue {
  readonly issueId: string;
  readonly issueKey: string;
  readonly ruleVersion: number;
  readonly sequence: number;
  /** Milliseconds. */
  readonly openedAt: number;
  readonly nodeId?: string;
  readonly projectId: string;
}

/** Open issues by detector and subject. */
export type OpenIssues = Readonly<Record<string, OpenIssue>>;

/** The place of an issue among the open ones. No JSON object key of ours can be `__proto__`. */
export function slotOf(detector: string, subject: string): string {
  return `${detector}/${subject}`;
}

export function detectorIn(slot: string): string {
  return slot.slice(0, slot.indexOf('/'));
}

export function subjectIn(slot: string): string {
  return slot.slice(slot.indexOf('/') + 1);
}
