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

/** Reference integrations-and-sinks 2.9. */
export const HostSample = defineEvent({
  name: 'HostSample',
  schema: hostSample,
  says: 'Load, memory and disks of one node, about every 15 s.',
  subjectOf: clusterSubject,
});

export type HostSamplePayload = PayloadOf<typeof HostSample>;
