import { describe, expect, it } from '@jest/globals';
import { sinkNamed } from '../sinks/index.js';
import { type FieldErrors, Refusal } from './refusal.js';
import { editedSettings, masksOf, newSettings, type Stored } from './settings.js';

const slack = sinkNamed('slack')!;
const logs = sinkNamed('awsCloudWatchLogs')!;
const token = 'xoxb-000000000000-tail';
const aws = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'eu-west-1',
  groupName: '/es/logs',
};

function refusalOf(work: () => unknown): FieldErrors {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.fields;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('newSettings', () => {
  it('parts secrets from plain settings', () => {
    expect(newSettings(slack, { sink: 'slack', source: 'issues', channelId: '#ops', token })).toEqual({
      data: { channelId: '#ops' },
      secrets: { token },
    });
  });

  it('takes optional lists, each entry once', () => {
    expect(newSettings(logs, { ...aws, clusterIds: ['c1', 'c2', 'c1'] }).data).toEqual({
      region: 'eu-west-1',
      groupName: '/es/logs',
      clusterIds: ['c1', 'c2'],
    });
    expect(newSettings(logs, { ...aws, clusterIds: null }).data).not.toHaveProperty('clusterIds');
  });

  it('names every wrong field at once, and shows no value', () => {
    const fields = refusalOf(() => newSettings(slack, { channelId: 7, token: 'has a space', extra: true }));
    expect(Object.keys(fields).sort()).toEqual(['channelId', 'extra', 'token']);
    expect(JSON.stringify(fields)).not.toContain('has a space');
  });

  it.each([
    [{ token }, 'channelId'],
    [{ channelId: 'C1' }, 'token'],
    [{ channelId: 'C1', token: '' }, 'token'],
    [{ channelId: 'C1', token: null }, 'token'],
    [{ channelId: 'C1', token: 'x'.repeat(1025) }, 'token'],
    [{ channelId: 'C1', token: '****************tail' }, 'token'],
    [{ channelId: 'C1', token, tokenDisplay: '********' }, 'tokenDisplay'],
    [{ channelId: 'C1', token, constructor: 'x' }, 'constructor'],
    [{ channelId: 'C1', token: ['x'] }, 'token'],
  ])('refuses %j for its %s', (given, field) => {
    expect(refusalOf(() => newSettings(slack, given))).toHaveProperty(field);
  });

  it.each([
    [{ ...aws, region: 'europe' }, 'region'],
    [{ ...aws, groupName: 'a:b' }, 'groupName'],
    [{ ...aws, clusterIds: 'c1' }, 'clusterIds'],
    [{ ...aws, clusterIds: [7] }, 'clusterIds'],
    [{ ...aws, clusterIds: Array.from({ length: 1001 }, (_, n) => `c${n}`) }, 'clusterIds'],
  ])('refuses CloudWatch settings for their %s', (given, field) => {
    expect(Object.keys(refusalOf(() => newSettings(logs, given)))).toEqual([field]);
  });
});

describe('editedSettings', () => {
  const stored: Stored = { data: { channelId: 'C1' }, masks: masksOf({ token }) };

  it('keeps what is absent', () => {
    expect(editedSettings(slack, {}, stored)).toEqual({ data: { channelId: 'C1' }, secrets: {} });
    expect(editedSettings(slack, { channelId: 'C2' }, stored)).toEqual({ data: { channelId: 'C2' }, secrets: {} });
  });

  it('takes a new secret', () => {
    expect(editedSettings(slack, { token: 'xoxb-new' }, stored).secrets).toEqual({ token: 'xoxb-new' });
  });

  it('takes an echoed mask for no change, under either key', () => {
    expect(editedSettings(slack, { token: stored.masks['token'] }, stored).secrets).toEqual({});
    expect(editedSettings(slack, { tokenDisplay: stored.masks['token'] }, stored).secrets).toEqual({});
  });

  it.each([
    [{ token: '****************else' }, 'token'],
    [{ token: '********' }, 'token'],
    [{ tokenDisplay: 'xoxb-new' }, 'tokenDisplay'],
    [{ token: null }, 'token'],
    [{ channelId: null }, 'channelId'],
    [{ webhookUrl: 'x' }, 'webhookUrl'],
  ])('refuses %j', (given, field) => {
    expect(Object.keys(refusalOf(() => editedSettings(slack, given, stored)))).toEqual([field]);
  });

  it('clears what is optional with null', () => {
    const before: Stored = { data: { region: 'eu-west-1', groupName: 'g', clusterIds: ['c1'] }, masks: {} };
    expect(editedSettings(logs, {}, before).data).toHaveProperty('clusterIds', ['c1']);
    expect(editedSettings(logs, { clusterIds: null }, before).data).not.toHaveProperty('clusterIds');
  });
});
