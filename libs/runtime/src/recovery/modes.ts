/** What to do where the database is empty and the log is not: refuse to start, take everything back, or begin anew. */
export const RECOVERY_MODES = ['ask', 'recover', 'anew'] as const;
export type RecoveryMode = (typeof RECOVERY_MODES)[number];
