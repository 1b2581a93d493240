import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { installationSecrets } from './secrets.js';

const NONE = { adminToken: undefined, masterKeys: undefined };

describe('the secrets of an installation', () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  const modeOf = (name: string): number => statSync(path.join(home, name)).mode & 0o777;

  it('are made at the first start and kept for their owner alone', () => {
    const first = installationSecrets(home, NONE);
    expect(first.adminTokenIsNew).toBe(true);
    expect(first.adminToken).toMatch(/^tocsin_[\w-]{43}$/);
    expect(Buffer.from(first.masterKeys.split(':')[1] ?? '', 'base64')).toHaveLength(32);
    expect([modeOf('admin-token'), modeOf('master-keys')]).toEqual([0o600, 0o600]);
    expect(readFileSync(path.join(home, 'admin-token'), 'utf8').trim()).toBe(first.adminToken);
  });

  it('are the same at the second start, which does not show the token again', () => {
    const first = installationSecrets(home, NONE);
    expect(installationSecrets(home, NONE)).toEqual({ ...first, adminTokenIsNew: false });
  });

  it('are taken as given, and then not kept', () => {
    const given = { adminToken: 'a-token-from-outside', masterKeys: 'k:x' };
    expect(installationSecrets(home, given)).toEqual({ ...given, adminTokenIsNew: false });
    expect(() => modeOf('admin-token')).toThrow('ENOENT');
  });

  it('are closed to others again when somebody opened them', () => {
    installationSecrets(home, NONE);
    chmodSync(path.join(home, 'master-keys'), 0o644);
    installationSecrets(home, NONE);
    expect(modeOf('master-keys')).toBe(0o600);
  });
});
