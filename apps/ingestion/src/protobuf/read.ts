import { Refusal } from '../source.js';
import { decodeMessage, type Message, TooMuch, Undecodable } from './decode.js';

/** Reads bodies that are this message: into its JSON form, or a `Refusal`. */
export function readMessage(message: Message): (bytes: Buffer) => unknown {
  return (bytes) => {
    try {
      return decodeMessage(bytes, message);
    } catch (error) {
      if (error instanceof TooMuch) return new Refusal('size', error.message);
      if (error instanceof Undecodable) return new Refusal('type', error.message);
      throw error;
    }
  };
}
