import { type Source } from './source.js';

/** One key of an integration's `data`: what a client may write there, and whether it ever comes back. */
export interface SinkField {
  readonly name: string;
  readonly kind: 'text' | 'list';
  readonly required: boolean;
  /** A secret is sealed at once and never read back; `masked` is the key that shows its mask instead, if any. */
  readonly secret?: { readonly masked?: string };
  /** Most characters of a text, or of each entry of a list. */
  readonly max: number;
  readonly pattern?: RegExp;
  /** What is expected, in words: it ends the message of a refusal. */
  readonly expects: string;
}

/** A sink as the control plane knows it. Sending is the business of the delivery process of the same name. */
export interface SinkDescriptor {
  /** The value of `data.sink`. */
  readonly name: string;
  readonly title: string;
  /** `SINK` of the delivery process, once there is one that can send. */
  readonly delivery?: string;
  /** Known to the vendor's clients, and so allowed under `/integrate/v1` (reference 1.6b). */
  readonly compatible: boolean;
  readonly sources: readonly Source[];
  /** Taken where the client names none; absent when it must. */
  readonly defaultSource?: Source;
  readonly fields: readonly SinkField[];
}

export function defineSink(sink: SinkDescriptor): SinkDescriptor {
  return sink;
}

/** A required text without white space or control characters, such as an id or a key. */
export function word(name: string, max: number, expects: string): SinkField {
  return { name, kind: 'text', required: true, max, pattern: /^[^\s\p{Cc}]+$/u, expects };
}

/** A required secret; reads show its mask under `<name>Display`. */
export function secretWord(name: string, max: number, expects: string): SinkField {
  return { ...word(name, max, expects), secret: { masked: `${name}Display` } };
}
