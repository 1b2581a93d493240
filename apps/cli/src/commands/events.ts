import { Command, Option } from 'commander';
import { decodeRecord } from '#libs/contracts';
import { KafkaConnection, KafkaEventLog, type StreamRecord } from '#libs/event-stream';
import { readKafkaSettings } from '#libs/runtime';
import { EXIT, Failure } from '../failure.js';
import { type Session } from '../program.js';
import { type EventFilter, eventLine, matches } from './event-line.js';

interface TailOptions {
  readonly fromStart?: boolean;
  readonly follow: boolean;
  readonly name: readonly string[];
  readonly subject?: string;
  readonly contains?: string;
}

/** `tocsin events tail`: the log as it grows, read from Kafka itself. */
export function eventsCommand(session: () => Session): Command {
  const events = new Command('events').description('look at the log');
  events
    .command('tail')
    .description('print events as they come; Ctrl-C ends it')
    .option('--from-start', 'begin at the oldest event instead of now')
    .option('--no-follow', 'stop at what is the end now')
    .addOption(new Option('--name <names...>', 'only events of these names').default([], 'all'))
    .option('--subject <text>', 'only events whose subject contains this')
    .option('--contains <text>', 'only events whose payload contains this')
    .action((options: TailOptions) => tail(session(), options));
  return events;
}

async function tail(session: Session, options: TailOptions): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const log = openLog(session);
  try {
    const topic = await log.topic(session.instance.eventsTopic).catch(unreachable);
    if (!topic) throw new Failure(`there is no topic ${session.instance.eventsTopic}`, EXIT.refused);
    const ends = new Map(topic.partitions.map(({ partition, high }) => [partition, high]));
    const range = {
      ...(options.fromStart ? {} : { from: ends }),
      ...(options.follow ? {} : { until: ends }),
    };
    for await (const records of log.read({ topic: topic.topic, ...range, signal: stop.signal })) {
      for (const record of records) print(session, record, { ...options, names: options.name });
    }
  } finally {
    await log.close();
  }
}

function openLog({ instance }: Session): KafkaEventLog {
  const { sasl, ssl, ...settings } = readKafkaSettings('cli');
  return new KafkaEventLog(
    new KafkaConnection({
      clientId: settings.clientId,
      brokers: instance.brokers ?? settings.brokers,
      ...(sasl ? { sasl } : {}),
      ...(ssl ? { ssl: ssl === true ? true : { ca: [...ssl.ca] } } : {}),
    }),
  );
}

function unreachable(error: unknown): never {
  throw new Failure(
    `no Kafka answers (${error instanceof Error ? error.message : String(error)}); set KAFKA_BROKERS`,
    EXIT.unreachable,
  );
}

/** What cannot be decoded is shown as such: it is on the log, and somebody may be looking for it. */
function print({ output }: Session, record: StreamRecord, filter: EventFilter): void {
  const { topic, partition, offset } = record;
  const decoded = decodeRecord(record, { organizationId: '', projectId: '' });
  if (decoded.kind === 'undecodable') {
    if (filter.names.length > 0) return;
    output.show(
      { topic, partition, offset, undecodable: decoded.reason },
      () => `${partition}/${offset}  undecodable: ${decoded.reason}`,
    );
    return;
  }
  if (!matches(decoded.event, filter)) return;
  output.show({ topic, partition, offset, ...decoded.event }, () => eventLine(decoded.event, record));
}
