import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The secrets of an installation. */
export interface InstallationSecrets {
  readonly adminToken: string;
  /** True when it was made by this start, which then shows it, once. */
  readonly adminTokenIsNew: boolean;
  /** `keyId:base64,...`; the first seals, all open. */
  readonly masterKeys: string;
}

/**
 * The admin token and the master keys: given ones are used as they are, else those kept in the home, made at the first start.
 * What is kept is readable for its owner alone (mode 0600).
 */
export function installationSecrets(
  home: string,
  given: { readonly adminToken: string | undefined; readonly masterKeys: string | undefined },
): InstallationSecrets {
  let adminTokenIsNew = false;
  const makeToken = (): string => {
    adminTokenIsNew = true;
    return `tocsin_${randomBytes(32).toString('base64url')}`;
  };
  const adminToken = given.adminToken ?? keptText(path.join(home, 'admin-token'), makeToken);
  return {
    adminToken,
    adminTokenIsNew,
    masterKeys: given.masterKeys ?? keptText(path.join(home, 'master-keys'), makeKey),
  };
}

/** 256 bits under an id that no other installation has. */
function makeKey(): string {
  return `k${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`;
}

/** The text kept in a file, made and kept at the first call. Never left half written, never readable for others. */
export function keptText(file: string, make: () => string): string {
  const kept = read(file);
  if (kept !== undefined && kept !== '') {
    chmodSync(file, 0o600);
    return kept;
  }
  const text = make();
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${text}\n`, { mode: 0o600 });
  renameSync(draft, file);
  return text;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
