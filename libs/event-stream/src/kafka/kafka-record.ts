import { type IHeaders, type KafkaMessage } from 'kafkajs';
import { type StreamRecord } from '../records.js';

type Headers = StreamRecord['headers'];

/** A record as kafkajs decoded it. Its headers become text when somebody asks for them. */
export class KafkaRecord implements StreamRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  private text: Headers | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly message: KafkaMessage,
  ) {
    this.offset = Number(message.offset);
    this.timestamp = Number(message.timestamp);
    this.key = message.key;
    this.value = message.value;
  }

  get headers(): Headers {
    this.text ??= textOf(this.message.headers ?? {});
    return this.text;
  }
}

function textOf(raw: IHeaders): Headers {
  const headers: Record<string, string | undefined> = {};
  for (const name in raw) {
    const value = raw[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    headers[name] = last === undefined || last === null ? undefined : last.toString();
  }
  return headers;
}
