import {
  type Consumer,
  type ConsumerConfig,
  Kafka,
  type KafkaConfig,
  type Logger,
  logLevel,
  type Producer,
  type RetryOptions,
} from 'kafkajs';
import InstrumentationEventEmitter from 'kafkajs/src/instrumentation/emitter.js';
import Cluster from 'kafkajs/src/cluster/index.js';
import { createLogger } from 'kafkajs/src/loggers/index.js';
import createProducer from 'kafkajs/src/producer/index.js';
import { type Address, Sockets } from './sockets.js';

/** How to reach Kafka. */
export interface KafkaOptions {
  /** `host:port` of at least one broker. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /**
   * Names this process: nobody else has the name at the same time, and its successor after a crash has it too. The
   * successor then takes its predecessor's place in the consumer groups at once, instead of after the session time-out.
   */
  readonly instance?: string;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  /** Where to connect to instead of the address that a broker advertises: a tunnel, a proxy. */
  readonly reach?: (broker: Address) => Address;
  /** Where the client's warnings go; default nowhere. */
  readonly log?: ClientLog;
}

/** One line of the client library. It repeats itself while a broker is away: `error` of kafkajs comes as `warn`. */
export type ClientLog = (line: {
  readonly level: 'warn' | 'error';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}) => void;

/** A group member's settings. Our patch of kafkajs takes a function for the wait of a fetch, and asks it before each. */
export type MemberConfig = Omit<ConsumerConfig, 'maxWaitTimeInMs'> & {
  readonly maxWaitTimeInMs: () => Promise<number>;
};

/** A cluster handle of kafkajs whose sockets end with it. */
export interface ClusterHandle {
  readonly cluster: Cluster;
  /** Ends the connections: `now`, or after what is outstanding (at most half a second). */
  close(how?: 'now'): Promise<void>;
}

const CONNECT_MS = 2_000;
const PRODUCE_ANSWER_MS = 3_000;
const ANSWER_MS = 5_000;
const CLOSE_MS = 500;
const REQUEST_TIMEOUT = 'network.request_timeout';
const RETRY: RetryOptions = { initialRetryTime: 100, factor: 0.2, multiplier: 2, maxRetryTime: 1_000, retries: 5 };
const CONSUMER_RETRIES = 8;
const READ_COMMITTED = 1;
/** Why the connections of a client end that was closed. */
export const CLIENT_CLOSED = 'this client is closed';
/** kafkajs warns of bounded retries (ours end with the producer id thrown away, K8), and of what we close ourselves. */
const EXPECTED = ['Limiting retries for the idempotent producer', CLIENT_CLOSED];

/** Makes the kafkajs clients of one process: quiet, without automatic topics, each with its own sockets. */
export class KafkaConnection {
  private readonly logger: Logger;
  readonly log: ClientLog;

  constructor(private readonly options: KafkaOptions) {
    this.log = options.log ?? (() => undefined);
    this.logger = createLogger({ level: logLevel.WARN, logCreator: () => (entry) => this.forward(entry) });
  }

  get brokers(): readonly string[] {
    return this.options.brokers;
  }

  /** How brokers know this process; `unique` when only this process, or its successor, is called that. */
  get identity(): { readonly clientId: string; readonly unique: boolean } {
    const { clientId, instance } = this.options;
    return instance === undefined ? { clientId, unique: false } : { clientId: `${clientId}-${instance}`, unique: true };
  }

  /** A handle on the given brokers (default: the configured ones) for requests of our own. */
  cluster(brokers: readonly string[] = this.options.brokers, answerMs = ANSWER_MS): ClusterHandle {
    const sockets = new Sockets(this.options.reach);
    const events = new InstrumentationEventEmitter();
    events.addListener(REQUEST_TIMEOUT, ({ payload }) => sockets.drop(String(payload['broker'])));
    const cluster = new Cluster({ ...this.common(sockets, answerMs), brokers, instrumentationEmitter: events });
    return { cluster, close: (how) => closeQuietly(cluster, sockets, how) };
  }

  /** An idempotent producer and the cluster it sends by. The caller keeps one request outstanding (K8). */
  producer(
    partitioner: () => (args: { message: { partition?: number } }) => number,
  ): ClusterHandle & { producer: Producer } {
    const handle = this.cluster(this.options.brokers, PRODUCE_ANSWER_MS);
    const producer = createProducer({
      cluster: handle.cluster,
      logger: this.logger,
      retry: RETRY,
      idempotent: true,
      createPartitioner: partitioner,
    });
    return { ...handle, producer };
  }

  /**
   * A group member. It never restarts by itself: whoever made it makes the next. `close` after it was disconnected; a
   * reason fails what is still outstanding.
   */
  consumer(config: MemberConfig): { consumer: Consumer; close(reason?: string): void } {
    const sockets = new Sockets(this.options.reach);
    const kafka = new Kafka({
      ...this.common(sockets, ANSWER_MS),
      brokers: [...this.options.brokers],
      clientId: this.identity.clientId,
      logLevel: logLevel.WARN,
      logCreator: () => (entry) => this.forward(entry),
    });
    const consumer = kafka.consumer({
      ...(config as unknown as ConsumerConfig),
      allowAutoTopicCreation: false,
      retry: { ...RETRY, retries: CONSUMER_RETRIES, restartOnFailure: () => Promise.resolve(false) },
    });
    consumer.on(consumer.events.REQUEST_TIMEOUT, ({ payload }) => sockets.drop(payload.broker));
    return { consumer, close: (reason) => sockets.close(reason) };
  }

  private common(sockets: Sockets, answerMs: number): Omit<KafkaConfig, 'brokers'> & Record<string, unknown> {
    return {
      logger: this.logger,
      clientId: this.identity.clientId,
      socketFactory: sockets.factory,
      connectionTimeout: CONNECT_MS,
      authenticationTimeout: ANSWER_MS,
      requestTimeout: answerMs,
      enforceRequestTimeout: true,
      retry: RETRY,
      metadataMaxAge: 300_000,
      allowAutoTopicCreation: false,
      isolationLevel: READ_COMMITTED,
      ...(this.options.ssl === undefined ? {} : { ssl: this.options.ssl }),
      ...(this.options.sasl === undefined ? {} : { sasl: this.options.sasl }),
    };
  }

  private forward({ namespace, log }: { namespace: string; log: { message: string } }): void {
    const { message, ...details } = log as { message: string } & Record<string, unknown>;
    if (EXPECTED.some((text) => message.includes(text))) return;
    delete details['stack'];
    this.log({ level: 'warn', message, details: { ...details, namespace } });
  }
}

async function closeQuietly(cluster: Cluster, sockets: Sockets, how?: 'now'): Promise<void> {
  sockets.refuse();
  if (how === 'now') sockets.close(CLIENT_CLOSED);
  const patience = setTimeout(() => sockets.close(CLIENT_CLOSED), CLOSE_MS);
  await cluster.disconnect().catch(() => undefined);
  clearTimeout(patience);
  sockets.close();
}
