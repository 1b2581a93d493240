import { COMPARED_OF_MEMBER } from '#libs/contracts';
/** One member as a node sees it (reference integrations-and-sinks 2.4). */
export interface Member {
  /** `host:port` of its HTTP end point, in lower case. */
  readonly endpoint: string;
  /** New on each start of the process. */
  readonly instanceId: string;
  readonly state: string;
  readonly isAlive: boolean;
  /** Bytes written to its log; -1 unknown. */
  readonly writer: number;
  readonly epochNumber: number;
  /** All that two views must agree on. */
  readonly identity: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The members of a gossip answer; undefined where it has no list of them. */
export function membersOf(body: unknown): readonly Member[] | undefined {
  const members = isObject(body) ? body['members'] : undefined;
  return Array.isArray(members) ? members.filter(isObject).map(memberOf) : undefined;
}

/** Equal for two views that are identical after normalisation. */
export function normalised(members: readonly Member[]): string {
  return members
    .map(({ endpoint, identity }) => `${endpoint} ${identity}`)
    .sort()
    .join('\n');
}

function memberOf(fields: Fields): Member {
  return {
    endpoint: endpointOf(`${textOf(fields['httpEndPointIp'])}:${textOf(fields['httpEndPointPort'])}`),
    instanceId: textOf(fields['instanceId']),
    state: textOf(fields['state']),
    isAlive: fields['isAlive'] === true,
    writer: numberOf(fields['writerCheckpoint']),
    epochNumber: numberOf(fields['epochNumber']),
    identity: JSON.stringify(COMPARED_OF_MEMBER.map((name) => fields[name] ?? null)),
  };
}

export function endpointOf(text: string): string {
  return text.toLowerCase();
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : -1;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
