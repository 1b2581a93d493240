/** What the example is told by its environment. */
export interface TailConfig {
  readonly url: string;
  readonly token: string;
  readonly logFile: string;
  /** Where the queue lies. */
  readonly folder: string;
}

/** @throws Error naming the variable that is absent */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): TailConfig {
  const value = (name: string): string => {
    const text = environment[name];
    if (!text) throw new Error(`${name}: read nothing; allowed: a value`);
    return text;
  };
  return {
    url: value('ARGUS_URL'),
    token: value('ARGUS_TOKEN'),
    logFile: value('LOG_FILE'),
    folder: value('QUEUE_FOLDER'),
  };
}
