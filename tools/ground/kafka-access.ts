import { readFileSync } from 'node:fs';
import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';

/** How a cluster is reached: ours on loopback, or an operator's with TLS and SASL. */
export interface KafkaAccess {
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  /** PEM text, or the path of a file that holds it. */
  readonly ca: string | undefined;
  readonly sasl: { readonly mechanism: string; readonly username: string; readonly password: string } | undefined;
}

/** A broker on loopback without TLS, as the embedded one. */
export function plainAccess(brokers: string): KafkaAccess {
  return { brokers: brokers.split(','), ssl: false, ca: undefined, sasl: undefined };
}

/** A client for the few administrative calls of the tools; its own retries are off where a caller polls. */
export function kafkaClient(access: KafkaAccess, retries: number): Kafka {
  const config: KafkaConfig = {
    clientId: 'tocsin-tools',
    brokers: [...access.brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    retry: { retries },
  };
  if (access.ssl) config.ssl = access.ca === undefined ? true : { ca: [pem(access.ca)] };
  if (access.sasl) config.sasl = access.sasl as SASLOptions;
  return new kafkajs.Kafka(config);
}

function pem(ca: string): string {
  return ca.startsWith('-----BEGIN') ? ca : readFileSync(ca, 'utf8');
}

/** Whether a broker answers a request right now. */
export async function kafkaAnswers(access: KafkaAccess): Promise<boolean> {
  const admin = kafkaClient(access, 0).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
    return true;
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
