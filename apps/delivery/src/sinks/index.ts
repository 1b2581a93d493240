import { type Sink } from '../sink.js';
import { slack } from './slack/slack.sink.js';

/** Every sink: THE list. */
export const sinks: readonly Sink[] = [slack];

/** @throws when there is no such sink */
export function sinkNamed(name: string | undefined): Sink {
  const found = sinks.find((sink) => sink.name === name);
  if (found) return found;
  throw new Error(`SINK: read ${JSON.stringify(name ?? '')}; allowed: ${sinks.map((sink) => sink.name).join(', ')}`);
}
