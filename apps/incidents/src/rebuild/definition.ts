import { type TopicNames } from '#libs/contracts';
import { crashpoint } from '#libs/core';
import { type ProcessorDefinition, type RecordProcessorDefinition } from '#libs/runtime';
import { type ProjectionContext, type ReadModel } from '../projections/read-model.js';
import { processorName, tablesOf } from './generation.js';

/**
 * The tables of this generation are gone: another process has begun the rebuild after next, and this one has not noticed
 * yet. No record's fault: SQLSTATE 55P03 (lock not available) lets the batch be tried again until the processor is stopped.
 */
export class GenerationGone extends Error {
  override readonly name = 'GenerationGone';
  readonly code = '55P03';
}

/** A live read model may be a moment behind: one transaction for many records instead of one for each. */
const REST_MS = 100;

const UNDEFINED_TABLE = '42P01';

/** The processor that writes one generation of a read model. */
export function definitionOf(
  model: ReadModel,
  generation: number,
  role: 'active' | 'building',
  topics: TopicNames,
  context: ProjectionContext,
): ProcessorDefinition | RecordProcessorDefinition {
  const name = processorName(model, generation);
  const tableOf = tablesOf(generation);
  if (model.from === 'deadLetters') {
    return {
      name,
      topic: topics.deadLetters,
      applyRecords: (records, { tx }) => guarded(() => model.applyRecords(records, tx, tableOf, context)),
    };
  }
  return {
    name,
    topic: topics.events,
    handles: model.handles,
    restMs: role === 'active' ? REST_MS : 0,
    apply: async (batch, { tx }) => {
      await guarded(() => model.apply(batch, tx, tableOf, role === 'active'));
      if (role === 'building') crashpoint('rebuild.building');
    },
    // Brings the checkpoint up every second, also over records of others: the switch waits for it.
    ...(role === 'building' ? { sweep: () => Promise.resolve() } : {}),
  };
}

async function guarded(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE) {
      throw new GenerationGone('the tables of this generation were dropped', { cause: error });
    }
    throw error;
  }
}
