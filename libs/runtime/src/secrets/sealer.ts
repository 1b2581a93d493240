import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type MasterKeys, parseMasterKeys } from './master-keys.js';

/** What a sealed secret belongs to. An envelope opens for this very place only. */
export interface SecretPlace {
  readonly organizationId: string;
  readonly integrationId: string;
  readonly field: string;
}

/** The envelope does not open. Its one line names the cause and holds nothing secret. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals secrets with AES-256-GCM as `v1.keyId.nonce.tag.ciphertext`, the last three base64url: a random 96-bit nonce
 * each time, and the place as associated data, so that an envelope moved to another organisation, integration or field
 * does not open (reference performance-reliability 2.10).
 */
export class Sealer {
  constructor(private readonly masterKeys: MasterKeys) {}

  /** @throws ConfigError when the text of `TOCSIN_MASTER_KEYS` cannot be read */
  static from(masterKeys: string): Sealer {
    return new Sealer(parseMasterKeys(masterKeys));
  }

  seal(clear: string, place: SecretPlace): string {
    const { sealing, keys } = this.masterKeys;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', keys.get(sealing)!, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(place));
    const ciphertext = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
    return [
      VERSION,
      sealing,
      ...[nonce, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url')),
    ].join('.');
  }

  /** @throws SealError */
  open(envelope: string, place: SecretPlace): string {
    const { keyId, nonce, tag, ciphertext } = parseEnvelope(envelope);
    const key = this.masterKeys.keys.get(keyId);
    if (!key) throw new SealError(`the key "${keyId}" that sealed it is not in TOCSIN_MASTER_KEYS`);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(place));
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    } catch {
      throw new SealError('the envelope was changed, or sealed with another key or for another place');
    }
  }
}

function parseEnvelope(envelope: string): { keyId: string; nonce: Buffer; tag: Buffer; ciphertext: Buffer } {
  const [version, keyId, ...encoded] = envelope.split('.');
  const [nonce, tag, ciphertext] = encoded.map(decodeExactly);
  if (version !== VERSION || !keyId || encoded.length !== 3 || !nonce || !tag || !ciphertext) {
    throw new SealError(`expected an envelope ${VERSION}.keyId.nonce.tag.ciphertext`);
  }
  if (nonce.length !== NONCE_BYTES || tag.length !== TAG_BYTES) {
    throw new SealError(`expected a nonce of ${NONCE_BYTES} bytes and a tag of ${TAG_BYTES}`);
  }
  return { keyId, nonce, tag, ciphertext };
}

/** Refuses texts that only decode to the same bytes, so that one secret has one envelope text. */
function decodeExactly(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** `organisation|integration|field`, each percent-encoded: different places never give the same bytes. */
function associatedData({ organizationId, integrationId, field }: SecretPlace): Buffer {
  return Buffer.from([organizationId, integrationId, field].map((part) => encodeURIComponent(part)).join('|'));
}
