import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alertSubject, fingerprintOf, type Labels, observationOf } from './alert.js';

/** The definition, byte by byte. */
function byDefinition(labels: Labels): string {
  let hash = 0xcbf29ce484222325n;
  const add = (text: string): void => {
    for (const byte of [...Buffer.from(text), 0xff]) {
      hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
    }
  };
  for (const name of Object.keys(labels).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    add(name);
    add(labels[name] ?? '');
  }
  return hash.toString(16).padStart(16, '0');
}

const etcd = {
  alertname: 'ServiceDown',
  cluster: 'demo',
  description: 'etcd is not responding',
  facet: 'node',
  instance: '127.0.0.1:18473',
  job: 'etcd',
  platform: 'p01-dev',
  service: 'etcd',
  severity: 'critical',
  status: 'down',
};

describe('fingerprintOf', () => {
  it('gives what Alertmanager gave for the same labels, in any order', () => {
    expect(fingerprintOf(etcd)).toBe('ef220bd98a7af23e');
    expect(fingerprintOf(Object.fromEntries(Object.entries(etcd).reverse()))).toBe('ef220bd98a7af23e');
  });

  it('is 64-bit FNV-1a, whatever the text', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('a', 'Z', '_', 'é', '日', '😀'), fc.string({ maxLength: 1 })),
    });
    fc.assert(fc.property(fc.dictionary(text, text), (labels) => fingerprintOf(labels) === byDefinition(labels)));
  });
});

describe('alertSubject', () => {
  it('is one for all alerts of a service, whatever the case of the labels', () => {
    const other = { Platform: 'p01-dev', SERVICE: 'etcd', facet: 'node', status: 'up', instance: 'elsewhere' };
    expect(alertSubject('INS', other)).toBe(alertSubject('INS', etcd));
  });

  it('is the fingerprint where no service is named', () => {
    expect(alertSubject('INS', { alertname: 'X' })).toBe(`alert/INS/${fingerprintOf({ alertname: 'X' })}`);
  });

  it('keeps apart what joined text would mix', () => {
    const subject = (platform: string, service: string): string =>
      alertSubject('INS', { platform, service, facet: 'f' });
    expect(subject('a_b', 'c')).not.toBe(subject('a', 'b_c'));
    expect(subject('a/b', 'c')).not.toBe(subject('a', 'b/c'));
  });
});

describe('observationOf', () => {
  it('takes the location from the annotation, and empty where there is none', () => {
    expect(observationOf(etcd, { location: 'here' })).toMatchObject({ status: 'down', location: 'here' });
    expect(observationOf(etcd, {})).toMatchObject({ location: '' });
  });

  it('is absent when a label is missing or empty', () => {
    expect(observationOf({ ...etcd, status: '' }, {})).toBeUndefined();
  });
});
