/** A topic of the platform and how it is made where it is absent (design, The log). */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Milliseconds; -1 keeps for ever. */
  readonly retentionMs: number;
  readonly holds: string;
}

export const PARTITIONS = 12;
const DAY = 24 * 60 * 60 * 1000;

export interface TopicNames {
  readonly events: string;
  readonly telemetry: string;
  readonly deadLetters: string;
}

export const defaultTopics: TopicNames = {
  events: 'events-stream',
  telemetry: 'telemetry-stream',
  deadLetters: 'dead-letters',
};

/** The three topics under the names of this installation. */
export function topicSpecs(names: TopicNames): readonly TopicSpec[] {
  return [
    { topic: names.events, partitions: PARTITIONS, retentionMs: -1, holds: 'every domain fact, for ever' },
    {
      topic: names.telemetry,
      partitions: PARTITIONS,
      retentionMs: 7 * DAY,
      holds: 'samples, log records, metric points',
    },
    {
      topic: names.deadLetters,
      partitions: PARTITIONS,
      retentionMs: 30 * DAY,
      holds: 'what could not be read or decided',
    },
  ];
}
