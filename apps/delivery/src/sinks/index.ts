import { type Sink } from '../sink.js';
import { slack } from './slack/slack.sink.js';

/** Every sink: THE list. */
export const sinks: readonly Sink[] = [slack];
