import { setTimeout as delay } from 'node:timers/promises';
import { type Glue } from '../../src/index.js';
import { operationsOf } from './lines.js';
import { type Position, readOn } from './log-file.js';

const MARK = 'log';

/** Reads a log until told to stop. What was read and what it asks for go into the queue in one write. */
export async function tail(glue: Glue, file: string, signal: AbortSignal, pauseMs = 500): Promise<void> {
  const mark = await glue.mark(MARK);
  let position = mark === undefined ? undefined : (JSON.parse(mark) as Position);
  while (!signal.aborted) {
    const piece = await readOn(file, position);
    if (piece) {
      ({ position } = piece);
      await glue.record(piece.lines.flatMap(operationsOf), { [MARK]: JSON.stringify(position) });
    } else {
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
