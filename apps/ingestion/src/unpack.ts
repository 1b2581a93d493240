import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { uncompress } from 'snappy';
import { Refusal } from './source.js';

/** Largest body once unpacked, in bytes: what a small one may become (reference demo-and-slo 3.1). */
export const MAX_UNPACKED = 8 * 1024 * 1024;

const gunzipped = promisify(gunzip);

/** The body without its content encoding. What would grow beyond 8 MiB is not unpacked further. */
export async function unpackGzip(bytes: Buffer, encoding: string | undefined): Promise<Buffer | Refusal> {
  if (encoding?.toLowerCase() !== 'gzip') return bytes.length > MAX_UNPACKED ? tooLarge() : bytes;
  try {
    return await gunzipped(bytes, { maxOutputLength: MAX_UNPACKED });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : new Refusal('type', 'the body is not gzip');
  }
}

/** The content of one snappy block. Its length stands at its beginning, so nothing is unpacked in vain. */
export async function unpackSnappy(bytes: Buffer): Promise<Buffer | Refusal> {
  const length = announcedLength(bytes);
  if (length === undefined) return new Refusal('type', 'the body is not a snappy block');
  if (length > MAX_UNPACKED) return tooLarge();
  if (length === 0) return Buffer.alloc(0);
  try {
    return (await uncompress(bytes, { asBuffer: true })) as Buffer;
  } catch {
    return new Refusal('type', 'the body is not a snappy block');
  }
}

/** A varint of at most 32 bits (snappy's format description, 1). */
function announcedLength(bytes: Buffer): number | undefined {
  let length = 0;
  for (let i = 0; i < Math.min(5, bytes.length); i++) {
    const byte = bytes[i]!;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length <= 0xffff_ffff ? length : undefined;
  }
  return undefined;
}

function tooLarge(): Refusal {
  return new Refusal('size', `the body is larger than ${MAX_UNPACKED} bytes once unpacked`);
}
