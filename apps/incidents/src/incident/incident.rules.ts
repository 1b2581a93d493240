import { type Actor, type IncidentEventType } from '#libs/contracts';
import { valueFault } from './incident.bounds.js';
import {
  type Acknowledge,
  BY_COMMAND,
  type Change,
  type ChangeAcknowledgement,
  type Delete,
  type IncidentCommand,
  type Open,
  type Post,
} from './incident.commands.js';
import { isAfter, isOpen } from './incident.moment.js';
import { type Incident, type IncidentState } from './incident.js';
import { readTag, type Refusal } from './incident.refusals.js';

/** Types that each kind may post (reference argus.md 2). Anybody acknowledges, but not by posting. */
const ALLOWED: Readonly<Record<'source' | 'person', ReadonlySet<IncidentEventType>>> = {
  source: new Set<IncidentEventType>(['STA', 'LES', 'END', 'RES', 'CHI', 'OTH']),
  person: new Set<IncidentEventType>(['CLO', 'REO', 'OTH']),
};

/** Why the command must not be done; undefined where it may, also where it would change nothing. */
export function refusalOf(command: IncidentCommand, state: IncidentState): Refusal | undefined {
  const fault = valueFault(command);
  if (fault) return fault;
  if (command.type === 'open') return openRefusal(command);
  if (!state) return undefined;
  if (state.deletedAt !== undefined) return { code: 'unknown-incident', pk: state.pk };
  switch (command.type) {
    case 'post':
      return command.unchecked ? undefined : postRefusal(command, state);
    case 'acknowledge':
      return acknowledgeRefusal(command);
    case 'changeAcknowledgement':
      return expirationRefusal(command, state);
    case 'change':
      return tagsRefusal(command, state);
    case 'removeTag':
      return state.tags.some(({ tag }) => tag === command.tag) ? undefined : { code: 'unknown-tag', tag: command.tag };
    case 'addTag':
      return tagFault([command.tag]);
    case 'delete':
      return deleteRefusal(command, state);
    case 'close':
    case 'observe':
      return undefined;
  }
}

function openRefusal({ incident }: Open): Refusal | undefined {
  const { startTime, endTime, tags, origin } = incident;
  if (endTime && isAfter(startTime, endTime)) return { code: 'end-before-start' };
  return BY_COMMAND.has(origin) ? tagFault(tags) : undefined;
}

function postRefusal({ verb, by, timestamp, now }: Post, state: Incident): Refusal | undefined {
  const kind: Actor['kind'] = by?.kind ?? 'system';
  if (verb === 'ACK' && kind !== 'source') return { code: 'acknowledge-elsewhere', pk: state.pk };
  if (kind === 'system') return undefined;
  if (!ALLOWED[kind].has(verb)) return { code: 'wrong-role', type: verb, kind };
  if (kind === 'source') return timestamp === undefined ? { code: 'timestamp-required' } : undefined;
  if (verb !== 'CLO' && verb !== 'REO') return undefined;
  if (!state.stateful) return { code: 'stateless' };
  const open = isOpen(state, now);
  if (verb === 'CLO') return open ? undefined : { code: 'already-closed' };
  return open ? { code: 'already-open' } : undefined;
}

/** Reference argus.md 1.3. */
function deleteRefusal({ superuser, sourcePk }: Delete, { pk, source }: Incident): Refusal | undefined {
  const isOwn = sourcePk !== undefined && sourcePk === source.pk;
  return superuser || isOwn ? undefined : { code: 'not-own', pk };
}

function acknowledgeRefusal({ expiration, timestamp, now }: Acknowledge): Refusal | undefined {
  if (expiration === null || isAfter(expiration, timestamp ?? now)) return undefined;
  return { code: 'expiration-before-timestamp' };
}

function expirationRefusal({ ackPk, expiration, now }: ChangeAcknowledgement, state: Incident): Refusal | undefined {
  const ack = state.acks.find(({ pk }) => pk === ackPk);
  if (!ack) return { code: 'unknown-acknowledgement', pk: ackPk };
  if (ack.expiration !== null && !isAfter(ack.expiration, now)) return { code: 'acknowledgement-expired' };
  return expiration === null || isAfter(expiration, now) ? undefined : { code: 'expiration-past', now };
}

function tagsRefusal({ changes: { tags }, superuser, by }: Change, state: Incident): Refusal | undefined {
  if (tags === undefined) return undefined;
  const fault = tagFault(tags);
  if (fault || superuser) return fault;
  const wanted = new Set(tags);
  const dropped = state.tags.filter(({ tag, addedBy }) => !wanted.has(tag) && addedBy !== by?.userPk);
  return dropped.length === 0 ? undefined : { code: 'tags-not-own', tags: dropped.map(({ tag }) => tag) };
}

/** Tags come as they are stored: already in the form that `readTag` gives. */
function tagFault(tags: readonly string[]): Refusal | undefined {
  for (const [index, tag] of tags.entries()) {
    const read = readTag(tag);
    if ('fault' in read) return { code: 'bad-tag', index, tag, fault: read.fault };
  }
  return undefined;
}
