import { type SinkDescriptor } from '../sink.js';
import { type Source, sources } from '../source.js';

export interface SourceOption {
  readonly id: Source;
  readonly name: string;
  readonly enabled: boolean;
  readonly sinks: readonly {
    readonly id: string;
    readonly name: string;
    readonly enabled: boolean;
    readonly supportsTestApi: boolean;
  }[];
}

/** Which source goes to which sink (reference 1.1, 1.3). A source is enabled when one of its sinks is. */
export function optionsOf(sinks: readonly SinkDescriptor[], enabled: ReadonlySet<string>): readonly SourceOption[] {
  return sources.map(({ id, name }) => {
    const fitting = sinks
      .filter((sink) => sink.sources.includes(id))
      .map((sink) => ({ id: sink.name, name: sink.title, enabled: enabled.has(sink.name), supportsTestApi: false }));
    return { id, name, enabled: fitting.some((sink) => sink.enabled), sinks: fitting };
  });
}
