import { joinKey } from '#libs/contracts';
import { isObject } from '../../source.js';

const IDS = [
  { stream: 'cluster', fields: ['clusterId', 'cluster_id'] },
  { stream: 'infra-env', fields: ['infraEnvId', 'infra_env_id'] },
  { stream: 'host', fields: ['hostId', 'host_id'] },
] as const;
const MAX_ID = 256;

/**
 * The stream of an event whose name nobody here knows: its cluster, else its infra-env, else its host, as
 * assisted-service's records are keyed (reference assisted-and-ses A1), so that they keep their order. Undefined where
 * it names none.
 */
export function subjectOfUnknown(payload: unknown): string | undefined {
  if (!isObject(payload)) return undefined;
  for (const { stream, fields } of IDS) {
    for (const field of fields) {
      const id = payload[field];
      if (typeof id === 'string' && id !== '' && id.length <= MAX_ID) return `${stream}/${joinKey(id)}`;
    }
  }
  return undefined;
}
