import { expect, it } from '@jest/globals';
import { prometheusWrite } from './prometheus-write.source.js';

const context = {
  partition: '',
  now: '2026-11-20T09:38:30.000Z',
  organizationId: 'o',
  projectId: 'p',
  partitions: null,
};
const labels = [
  { name: '__name__', value: 'up' },
  { name: 'job', value: 'db' },
];

it('refuses more than ten thousand samples', () => {
  const samples = Array.from({ length: 10_001 }, () => ({ value: 1, timestamp: 1_795_167_493_321 }));
  expect(prometheusWrite.translate({ timeseries: [{ labels, samples }] }, context).refusal?.kind).toBe('size');
});

it('numbers what it took and what it did not as they come', () => {
  const samples = [
    { value: 1, timestamp: 1_795_167_493_321 },
    { value: 1 },
    { value: NaN, timestamp: 1_795_167_493_321 },
  ];
  const { accepted, rejected } = prometheusWrite.translate({ timeseries: [{ labels, samples }] }, context);
  expect([accepted.map(({ index }) => index), rejected.map(({ index }) => index)]).toEqual([[0], [1]]);
});
