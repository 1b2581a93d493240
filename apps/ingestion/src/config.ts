import { type Environment, readConfig, wholeNumber } from '#libs/runtime';

/** What this service reads besides the settings that every service has. */
export abstract class IngestionConfig {
  /** Seconds between two readings of the figures of a registered cluster; gossip is asked for at every second one. 0: never. */
  abstract readonly clusterPollInterval: number;
}

/** @throws ConfigError */
export function readIngestionConfig(environment?: Environment): IngestionConfig {
  const read = readConfig({ CLUSTER_POLL_INTERVAL: wholeNumber(0, 3_600).default(15) }, environment);
  return { clusterPollInterval: read.CLUSTER_POLL_INTERVAL };
}
