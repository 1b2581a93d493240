import { Injectable } from '@nestjs/common';
import { Clock, isUuid } from '#libs/core';
import {
  type Principal,
  problem,
  registerSource,
  registerStoredToken,
  sourceTypeOf,
  Transactor,
  type UnitOfWork,
} from '#libs/runtime';
import { Store } from '#libs/store';
import { Recent } from './recent.js';
import { LastSeen } from './last-seen.js';
import { OWN_SOURCE } from './own-source.js';
import { type AlertSender, type Identity, Registry, type SourceSystem } from './registry.js';
import { type BearerRow, findBearer, findSenders, type Named, projectOf, sourcesOf } from './registry.query.js';

/** Who brings alerts and names neither itself nor a token. */
const UNNAMED = 'unknown';
/** As long as the name of a token may be. */
const LONGEST_NAME = 200;

/** The registry in the schema `access`. What another replica changes shows within 5 s. */
@Injectable()
export class StoredRegistry extends Registry {
  private readonly identities = new Recent<Identity>();
  private readonly owns = new Recent<Identity>();
  private readonly organizations = new Recent<ReadonlyMap<number, SourceSystem>>();
  private readonly senders = new Recent<SourceSystem>();
  /** Transactions that registered something: what they see may never be committed. */
  private readonly registering = new WeakSet<object>();

  constructor(
    private readonly store: Store,
    private readonly transactor: Transactor,
    private readonly lastSeen: LastSeen,
    private readonly clock: Clock,
  ) {
    super();
  }

  identityOf(principal: Principal): Promise<Identity> {
    const { tokenId } = principal;
    return this.identities.get(tokenId, this.clock.millis(), async () =>
      identityOf(principal, (await findBearer(this.store, principal)) ?? (await this.registered(principal))),
    );
  }

  async identityOfSource(organizationId: string, pk: number): Promise<Identity | undefined> {
    const source = await this.source(organizationId, pk);
    const projectId = source && (await projectOf(this.store, organizationId));
    return projectId === undefined ? undefined : speaking(organizationId, projectId, source!, 'source');
  }

  own(organizationId: string): Promise<Identity> {
    return this.owns.get(organizationId, this.clock.millis(), async () => {
      const projectId = (await projectOf(this.store, organizationId)) ?? '';
      const source = await this.transactor.transact((unit) =>
        registerSource(unit, { organizationId, projectId }, OWN_SOURCE, this.clock.now()),
      );
      return speaking(organizationId, projectId, source, 'system');
    });
  }

  async source(organizationId: string, pk: number): Promise<SourceSystem | undefined> {
    return (await this.sourcesByPk(organizationId, [pk])).get(pk);
  }

  async sources(organizationId: string): Promise<readonly SourceSystem[]> {
    this.organizations.forget(organizationId);
    return [...(await this.known(organizationId)).values()];
  }

  async sourcesByPk(organizationId: string, pks: Iterable<number>): Promise<ReadonlyMap<number, SourceSystem>> {
    const wanted = [...new Set(pks)];
    let known = await this.known(organizationId);
    if (!wanted.every((pk) => known.has(pk))) {
      this.organizations.forget(organizationId);
      known = await this.known(organizationId);
    }
    return new Map(wanted.flatMap((pk) => (known.has(pk) ? [[pk, known.get(pk)!]] : [])));
  }

  async sourcesOfAlerts(unit: UnitOfWork, senders: readonly AlertSender[]): Promise<readonly SourceSystem[]> {
    const asked = new Map(senders.map((sender) => [keyOf(sender), sender]));
    for (const { tokenId, at } of asked.values())
      if (tokenId && at && isUuid(tokenId)) this.lastSeen.note(tokenId, { at });
    const found = new Map<string, SourceSystem>();
    for (const key of asked.keys()) {
      const source = this.senders.peek(key, this.clock.millis());
      if (source) found.set(key, source);
    }
    const unknown = [...asked].filter(([key]) => !found.has(key));
    if (unknown.length > 0) await this.meet(unit, unknown, found);
    return senders.map((sender) => found.get(keyOf(sender))!);
  }

  /** Somebody of this process has changed sources of the organisation: the next read asks the database. */
  forget(organizationId: string): void {
    this.organizations.forget(organizationId);
    this.identities.clear();
    this.senders.clear();
  }

  private async meet(
    unit: UnitOfWork,
    unknown: readonly (readonly [string, AlertSender])[],
    found: Map<string, SourceSystem>,
  ): Promise<void> {
    const named = unknown.map(([, sender]) => namedOf(sender));
    const there = await findSenders(unit.tx, named);
    for (const [place, [key, { organizationId, projectId }]] of unknown.entries()) {
      const source = there.get(place);
      if (source && !this.registering.has(unit.tx)) this.senders.put(key, source, this.clock.millis());
      if (!source) this.registering.add(unit.tx);
      const { name, type } = named[place]!;
      const owner = { organizationId, projectId };
      found.set(key, source ?? (await registerSource(unit, owner, { name, type }, this.clock.now())));
    }
  }

  private known(organizationId: string): Promise<ReadonlyMap<number, SourceSystem>> {
    return this.organizations.get(organizationId, this.clock.millis(), async () => {
      const rows = await sourcesOf(this.store, organizationId);
      return new Map(rows.map((source) => [source.pk, source]));
    });
  }

  /** @throws Problem 401 for a token that is not there any more: the guard knows it for some seconds longer */
  private async registered(principal: Principal): Promise<BearerRow> {
    await this.transactor.transact((unit) =>
      registerStoredToken(unit, { ...principal, baseUrl: null }, this.clock.now()),
    );
    const bearer = await findBearer(this.store, principal);
    if (bearer) return bearer;
    throw problem(401, 'Unauthorized');
  }
}

function identityOf(principal: Principal, { userPk, username, source }: BearerRow): Identity {
  const { organizationId, projectId, tokenId, kind } = principal;
  return {
    organizationId,
    projectId,
    by: { userPk, username, kind: source ? 'source' : 'person', tokenId },
    superuser: kind === 'admin',
    readOnly: kind === 'reader',
    ...(source ? { source } : {}),
  };
}

function speaking(
  organizationId: string,
  projectId: string,
  source: SourceSystem,
  kind: 'source' | 'system',
): Identity {
  const { userPk, username } = source;
  return { organizationId, projectId, by: { userPk, username, kind }, superuser: false, readOnly: false, source };
}

function keyOf({ organizationId, tokenId = '', name, type }: AlertSender): string {
  return `${organizationId} ${tokenId} ${type}\n${name}`;
}

/** A foreign producer may name itself at length; what is indexed has bounds. */
function namedOf({ organizationId, tokenId, name, type }: AlertSender): Named {
  const known = tokenId !== undefined && isUuid(tokenId) ? tokenId : undefined;
  return { organizationId, tokenId: known, name: cut(name) || UNNAMED, type: sourceTypeOf(cut(type)) };
}

function cut(text: string): string {
  return text.trim().slice(0, LONGEST_NAME).toWellFormed();
}
