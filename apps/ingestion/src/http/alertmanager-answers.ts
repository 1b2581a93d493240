import { type Ingested } from '../ingest.pipeline.js';
import { type RefusalKind } from '../source.js';

/** An answer as Alertmanager 0.25 gives it: an object with code and message, or a bare text. */
export interface AlertmanagerRefusal {
  readonly status: number;
  readonly body: string | { readonly code: number; readonly message: string };
}

const MOST_REASONS = 20;

/**
 * What a sender of pushed alerts hears when not all could be used (measured, reference assisted-and-ses C3): a value of
 * the wrong type 400, a required one that is absent or one of a wrong format 422, both as objects; what breaks a rule
 * 400 as a bare text. Undefined when all is well.
 */
export function refusedAs({ rejected, refusal }: Ingested): AlertmanagerRefusal | undefined {
  if (refusal) return coded(refusal.kind === 'size' ? 413 : 400, refusal.kind === 'size' ? 413 : 400, refusal.reason);
  const of = (kind: RefusalKind): string | undefined => {
    const first = rejected.find((rejection) => rejection.kind === kind);
    return first && `${first.index}.${first.reason}`;
  };
  const wrong = of('type');
  if (wrong !== undefined) return coded(400, 400, `parsing alerts body failed: ${wrong}`);
  const absent = of('required');
  if (absent !== undefined) return coded(422, 602, absent);
  const malformed = of('format');
  if (malformed !== undefined) return coded(422, 601, malformed);
  if (rejected.length === 0) return undefined;
  const reasons = rejected.slice(0, MOST_REASONS).map(({ index, reason }) => `${index}.${reason}`);
  return { status: 400, body: reasons.join('; ') };
}

function coded(status: number, code: number, message: string): AlertmanagerRefusal {
  return { status, body: { code, message } };
}

/** `GET /api/v2/status`: no cluster, no configuration to show, the version whose API this is, and who really answers. */
export function statusOf(startedAt: string): object {
  return {
    cluster: { status: 'disabled', peers: [] },
    config: { original: '' },
    uptime: startedAt,
    versionInfo: { version: '0.25.0', branch: 'tocsin', revision: '', buildDate: '', buildUser: '', goVersion: '' },
  };
}

/** The answer to whoever would make a silence, in the form that clients show: a bare text. */
export const NO_SILENCES = JSON.stringify('Tocsin keeps no silences: silence where the alerts are made');
