import { decodeRecord, type EventEnvelope } from '#libs/contracts';
import { KafkaConnection, KafkaEventLog, type Position } from '#libs/event-stream';

/** An event with its place on the log. */
export interface Logged {
  readonly event: EventEnvelope;
  readonly position: Position;
}

/** Everything on a topic that can be decoded, partition by partition in order. */
export async function readEvents(brokers: string, topic = 'events-stream'): Promise<readonly Logged[]> {
  const log = new KafkaEventLog(new KafkaConnection({ clientId: 'tocsin-trial', brokers: [brokers] }));
  try {
    const state = await log.topic(topic);
    const until = new Map(state?.partitions.map(({ partition, high }) => [partition, high]));
    const events: Logged[] = [];
    for await (const records of log.read({ topic, until })) {
      for (const record of records) {
        const decoded = decodeRecord(record, { organizationId: '', projectId: '' });
        if (decoded.kind === 'undecodable') continue;
        const { partition, offset } = record;
        events.push({ event: decoded.event, position: { topic, partition, offset } });
      }
    }
    return events;
  } finally {
    await log.close();
  }
}
