import { Injectable } from '@nestjs/common';
import { Clock, Ids } from '#libs/core';
import {
  findSource,
  lockRegistration,
  type NewSource,
  type Owner,
  registerSource,
  registerSourceType,
  renameSource,
  Transactor,
} from '#libs/runtime';
import { Store } from '#libs/store';
import { type SourceSystem } from './registry.js';
import { StoredRegistry } from './stored-registry.js';

/** Makes and changes source systems and their types. Each is one transaction that holds the events as well. */
@Injectable()
export class SourceAdministration {
  constructor(
    private readonly store: Store,
    private readonly transactor: Transactor,
    private readonly registry: StoredRegistry,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** `exists` where the organisation has a source of this name and type. */
  async create(owner: Owner, source: NewSource): Promise<SourceSystem | 'exists'> {
    const made = await this.transactor.transact(async (unit) => {
      await lockRegistration(unit.tx, owner.organizationId);
      const known = await findSource(unit.tx, owner.organizationId, source.name, source.type);
      return known ? 'exists' : registerSource(unit, owner, source, this.clock.now());
    });
    this.registry.forget(owner.organizationId);
    return made;
  }

  /** Undefined where the organisation has no such source; `taken` where another one of its type has that name. */
  async rename(owner: Owner, pk: number, name: string): Promise<SourceSystem | 'taken' | undefined> {
    const eventId = this.ids.next();
    const renamed = await this.transactor.transact((unit) =>
      renameSource(unit, owner, { pk, name, eventId }, this.clock.now()),
    );
    this.registry.forget(owner.organizationId);
    return renamed;
  }

  /** By name. */
  async types(organizationId: string): Promise<string[]> {
    const { rows } = await this.store.query<{ name: string }>(
      'select name from access.source_type where organization_id = $1 order by name collate "C"',
      [organizationId],
    );
    return rows.map(({ name }) => name);
  }

  /** @returns false where the organisation has the type already */
  createType(owner: Owner, name: string): Promise<boolean> {
    return this.transactor.transact((unit) => registerSourceType(unit, owner, name, this.clock.now()));
  }
}
