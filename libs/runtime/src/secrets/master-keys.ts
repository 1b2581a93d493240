import { ConfigError } from '../config/config.js';

/** The keys that seal secrets, by id. The first seals, all open: a new one is put in front to rotate. */
export interface MasterKeys {
  readonly sealing: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;
const KEY_BYTES = 32;
const EXPECTED = 'expected keyId:base64 entries separated by commas, each key 32 bytes';

/**
 * Reads `TOCSIN_MASTER_KEYS`: `keyId:base64,...` (base64 or base64url, 32 bytes each; ids of letters, digits, `_`, `-`).
 * @throws ConfigError of one line that names the entry and never shows a key
 */
export function parseMasterKeys(text: string): MasterKeys {
  const entries = text.split(',').map((entry) => entry.trim());
  const keys = new Map<string, Buffer>();
  entries.forEach((entry, index) => {
    const [keyId, key] = parseEntry(entry, index + 1);
    if (keys.has(keyId)) throw problemOf(index + 1, `the key id "${keyId}" comes twice`);
    keys.set(keyId, key);
  });
  const [sealing] = keys.keys();
  if (sealing === undefined) throw new ConfigError(`TOCSIN_MASTER_KEYS: empty; ${EXPECTED}`);
  return { sealing, keys };
}

function parseEntry(entry: string, number: number): [string, Buffer] {
  const colon = entry.indexOf(':');
  if (colon < 0) throw problemOf(number, `no colon; ${EXPECTED}`);
  const keyId = entry.slice(0, colon);
  if (!KEY_ID.test(keyId)) throw problemOf(number, 'the key id is not 1 to 64 letters, digits, "_" or "-"');
  const encoded = entry.slice(colon + 1);
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) throw problemOf(number, `the key "${keyId}" is not base64`);
  const key = Buffer.from(encoded, 'base64');
  if (key.length !== KEY_BYTES) throw problemOf(number, `the key "${keyId}" has ${key.length} bytes, not ${KEY_BYTES}`);
  return [keyId, key];
}

function problemOf(number: number, what: string): ConfigError {
  return new ConfigError(`TOCSIN_MASTER_KEYS: entry ${number}: ${what}`);
}
