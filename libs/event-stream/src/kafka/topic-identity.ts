import Encoder from 'kafkajs/src/protocol/encoder.js';
import { type ProtocolRequest } from 'kafkajs/src/broker/index.js';
import { FlexibleReader } from './flexible-reader.js';

/** What the broker knows of one topic: its identity, and who leads each partition. */
export interface TopicMetadata {
  /** 32 hex digits: changes when the topic is deleted and made again. */
  readonly topicId: string;
  /** Partition to the address (`host:port`) of its leader; undefined while it has none. */
  readonly leaders: ReadonlyMap<number, string | undefined>;
}

interface Decoded {
  /** Milliseconds that the broker asks us to wait before the next request. */
  readonly clientSideThrottleTime: number;
  readonly topic: TopicMetadata | undefined;
}

const METADATA = 3;
const UNKNOWN_TOPIC = 3;
const NO_TOPICS = Buffer.from([1]);
const NO_TOPIC_ID = '0'.repeat(32);

/**
 * Metadata request, version 12: the first useful one that tells the topic's id (KIP-516); kafkajs stops at version 6.
 * Layout as in Kafka's MetadataRequest.json and MetadataResponse.json, header version 2 (KIP-482).
 * Answers undefined where there is no such topic, or where none is asked for.
 */
export function topicMetadataRequest(topic?: string): ProtocolRequest<TopicMetadata | undefined, Decoded> {
  return {
    request: { apiKey: METADATA, apiVersion: 12, apiName: 'Metadata', encode: () => Promise.resolve(encode(topic)) },
    response: {
      decode: (raw) => Promise.resolve(decode(raw)),
      parse: (decoded) => Promise.resolve(decoded.topic),
    },
  };
}

function encode(topic: string | undefined): Encoder {
  const body = [
    Buffer.from([0]), // tags of the request header
    ...(topic === undefined ? [NO_TOPICS] : oneTopic(Buffer.from(topic))),
    Buffer.from([0, 0, 0]), // no automatic creation, no authorized operations, tags
  ];
  const encoder = new Encoder();
  encoder.writeBufferInternal(Buffer.concat(body));
  return encoder;
}

/** A compact array of one entry: the count plus 1, no id, the name, tags. */
function oneTopic(name: Buffer): Buffer[] {
  return [Buffer.from([2]), Buffer.alloc(16), unsignedVarint(name.length + 1), name, Buffer.from([0])];
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function decode(raw: Buffer): Decoded {
  const reader = new FlexibleReader(raw);
  reader.tags();
  const clientSideThrottleTime = reader.int32();
  const addresses = new Map(
    reader.array(() => {
      const broker = [reader.int32(), `${reader.string()}:${reader.int32()}`] as const;
      reader.string(); // rack
      reader.tags();
      return broker;
    }),
  );
  reader.string(); // cluster id
  reader.int32(); // controller
  const [topic] = reader.array(() => topicOf(reader, addresses));
  return { clientSideThrottleTime, topic };
}

function topicOf(reader: FlexibleReader, addresses: ReadonlyMap<number, string>): TopicMetadata | undefined {
  const error = reader.int16();
  const name = reader.string();
  const topicId = reader.bytes(16).toString('hex');
  reader.bytes(1); // internal
  const leaders = new Map(reader.array(() => leaderOf(reader, addresses)));
  reader.int32(); // authorized operations
  reader.tags();
  if (error === UNKNOWN_TOPIC) return undefined;
  if (topicId === NO_TOPIC_ID) throw new Error(`no metadata of topic ${name}: Kafka error code ${error}`);
  return { topicId, leaders };
}

function leaderOf(reader: FlexibleReader, addresses: ReadonlyMap<number, string>): [number, string | undefined] {
  reader.int16(); // error: a partition without leader says so by its leader
  const partition = reader.int32();
  const leader = reader.int32();
  reader.int32(); // leader epoch
  for (const _ of ['replicas', 'in-sync', 'offline']) reader.array(() => reader.int32());
  reader.tags();
  return [partition, addresses.get(leader)];
}
