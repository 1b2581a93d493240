import { decodeRecord, type EventEnvelope } from '#libs/contracts';
import { EventLog } from '#libs/event-stream';
import { RuntimeConfig, Tenants, type TestedService } from '#libs/runtime';
import { until } from '#libs/testing';

/** For specs: the events of these names that lie on the log once the service's outbox is empty. */
export async function recorded(
  { app, relay }: Pick<TestedService, 'app' | 'relay'>,
  names: readonly string[],
): Promise<EventEnvelope[]> {
  await relay!.whenDrained();
  const tenant = await app.get(Tenants).defaultTenant();
  const log = app.get(EventLog);
  const topic = app.get(RuntimeConfig).topics.events;
  const { partitions } = await until(() => log.topic(topic));
  const ends = new Map(partitions.map(({ partition, high }) => [partition, high]));
  const found: EventEnvelope[] = [];
  for await (const records of log.read({ topic, until: ends })) {
    for (const { partition, offset, timestamp, value } of records) {
      const decoded = decodeRecord({ topic, partition, offset, timestamp, value }, tenant);
      if (decoded.kind === 'event' && names.includes(decoded.event.name)) found.push(decoded.event);
    }
  }
  return found;
}
