import { parseInstant } from '#libs/core';
import { z } from 'zod';
import { defineEvent, type PayloadOf } from '../event.js';
import { instant, text } from '../fields.js';
import { amount, clusterSubject, name } from './sample-fields.js';

const load = z.number().min(0).max(1_000_000);
const cores = z.number().positive().max(1_000_000);

const disk = z
  .looseObject({
    mount: text(1024),
    /** Whether the database lies on it. */
    isDatabase: z.boolean(),
    totalBytes: amount.positive(),
    usedBytes: amount,
  })
  .refine(({ usedBytes, totalBytes }) => usedBytes <= totalBytes, {
    path: ['usedBytes'],
    message: 'expected at most totalBytes',
  });

const hostSample = z
  .looseObject({
    clusterId: name,
    nodeId: name,
    at: instant,
    load: z.looseObject({ m1: load, m5: load, m15: load }),
    /** Without hyper-threads. The database's own statistics do not know it. */
    physicalCores: cores.optional(),
    logicalCores: cores.optional(),
    memory: z.looseObject({ totalBytes: amount.positive(), availableBytes: amount }),
    disks: z.array(disk).max(256),
    /** Of `server-stats` the two figures of the memory may have different bases: shares are clamped. */
    basis: z.enum(['host-agent', 'server-stats']).default('host-agent'),
  })
  .refine(({ basis, physicalCores }) => basis === 'server-stats' || physicalCores !== undefined, {
    path: ['physicalCores'],
    message: 'expected a number',
  })
  .refine(({ basis, memory }) => basis === 'server-stats' || memory.availableBytes <= memory.totalBytes, {
    path: ['memory', 'availableBytes'],
    message: 'expected at most totalBytes',
  });

/**
 * Looks by hand first: zod takes six times as long, for the sample that comes most. What is not plainly right goes to
 * zod, which says what is wrong with it, or brings it into shape.
 */
const slowly = hostSample._zod.run.bind(hostSample._zod);
hostSample._zod.run = (payload, context) => (isPlain(payload.value) ? payload : slowly(payload, context));

type Fields = Readonly<Record<string, unknown>>;

function isPlain(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { clusterId, nodeId, at, load, physicalCores, logicalCores, memory, disks, basis } = value;
  return (
    isName(clusterId) &&
    isName(nodeId) &&
    typeof at === 'string' &&
    at.length === 24 &&
    parseInstant(at) === at &&
    isObject(load) &&
    isLoad(load['m1']) &&
    isLoad(load['m5']) &&
    isLoad(load['m15']) &&
    isCores(physicalCores) &&
    (logicalCores === undefined || isCores(logicalCores)) &&
    isObject(memory) &&
    isAmount(memory['totalBytes'], 1) &&
    isAmount(memory['availableBytes'], 0) &&
    memory['availableBytes'] <= memory['totalBytes'] &&
    Array.isArray(disks) &&
    disks.length <= 256 &&
    disks.every(isDisk) &&
    basis === 'host-agent'
  );
}

function isDisk(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { mount, isDatabase, totalBytes, usedBytes } = value;
  return (
    typeof mount === 'string' &&
    mount !== '' &&
    mount.length <= 1024 &&
    typeof isDatabase === 'boolean' &&
    isAmount(totalBytes, 1) &&
    isAmount(usedBytes, 0) &&
    usedBytes <= totalBytes
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 256;
}

function isLoad(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1_000_000;
}

function isCores(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= 1_000_000;
}

function isAmount(value: unknown, least: number): value is number {
  return typeof value === 'number' && value >= least && value <= Number.MAX_SAFE_INTEGER;
}

/** Reference integrations-and-sinks 2.9. */
export const HostSample = defineEvent({
  name: 'HostSample',
  schema: hostSample,
  says: 'Load, memory and disks of one node, about every 15 s.',
  subjectOf: clusterSubject,
});

export type HostSamplePayload = PayloadOf<typeof HostSample>;
