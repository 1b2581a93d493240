/**
 * The parts of kafkajs 2.2.4 (pinned) that its public door does not offer: its own broker connections, by which we send
 * requests it does not know, and its producer over a cluster that we can reach.
 */
declare module 'kafkajs/src/cluster/index.js' {
  export default class Cluster {
    constructor(options: Record<string, unknown>);
    readonly brokerPool: { findConnectedBroker(): Promise<import('kafkajs/src/broker/index.js').default> };
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    refreshMetadata(): Promise<void>;
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    findTopicPartitionMetadata(topic: string): readonly { partitionId: number; leader: number }[];
  }
}

declare module 'kafkajs/src/broker/index.js' {
  export interface PartitionFetch {
    readonly partition: number;
    readonly highWatermark: string;
    readonly lastStableOffset?: string;
    readonly abortedTransactions: unknown;
    readonly messages: readonly unknown[];
  }
  export interface ProtocolRequest<Answer, Decoded = unknown> {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      encode(): Promise<import('kafkajs/src/protocol/encoder.js').default>;
    };
    readonly response: {
      decode(raw: Buffer): Promise<Decoded & { clientSideThrottleTime: number }>;
      parse(decoded: Decoded): Promise<Answer>;
    };
    readonly requestTimeout?: number;
  }
  export default class Broker {
    findGroupCoordinator(request: {
      groupId: string;
      coordinatorType: number;
    }): Promise<{ coordinator: { host: string; port: number } }>;
    describeGroups(request: {
      groupIds: readonly string[];
    }): Promise<{ groups: readonly { members: readonly { memberId: string; clientId: string }[] }[] }>;
    leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
    readonly connectionPool: { send<Answer, Decoded>(request: ProtocolRequest<Answer, Decoded>): Promise<Answer> };
    listOffsets(request: {
      isolationLevel: number;
      topics: readonly { topic: string; partitions: readonly { partition: number; timestamp: number }[] }[];
    }): Promise<{
      responses: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[];
    }>;
    fetch(request: {
      isolationLevel: number;
      maxWaitTime: number;
      minBytes: number;
      maxBytes: number;
      topics: readonly {
        topic: string;
        partitions: readonly { partition: number; fetchOffset: string; maxBytes: number }[];
      }[];
    }): Promise<{ responses: readonly { topicName: string; partitions: readonly PartitionFetch[] }[] }>;
  }
}

declare module 'kafkajs/src/producer/index.js' {
  export default function createProducer(options: Record<string, unknown>): import('kafkajs').Producer;
}

declare module 'kafkajs/src/consumer/batch.js' {
  export default class Batch {
    constructor(topic: string, fetchedOffset: string, data: import('kafkajs/src/broker/index.js').PartitionFetch);
    readonly fetchedOffset: string;
    readonly highWatermark: string;
    readonly messages: readonly import('kafkajs').KafkaMessage[];
    readonly rawMessages: readonly unknown[];
    firstOffset(): string | null;
    lastOffset(): string;
    isEmpty(): boolean;
    isEmptyDueToFiltering(): boolean;
  }
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    constructor(size?: number);
    writeBufferInternal(buffer: Buffer): void;
  }
}

declare module 'kafkajs/src/instrumentation/emitter.js' {
  export default class InstrumentationEventEmitter {
    addListener(event: string, listener: (event: { payload: Record<string, unknown> }) => void): () => void;
  }
}

declare module 'kafkajs/src/loggers/index.js' {
  export function createLogger(options: {
    level: number;
    logCreator: import('kafkajs').logCreator;
  }): import('kafkajs').Logger;
}
