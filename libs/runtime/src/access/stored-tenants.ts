import { isUuid } from '#libs/core';
import { type Tx } from '#libs/store';
import { firstTenant, type Tenant } from './organizations.js';
import { Tenants } from './tenants.js';

/** Organisations are never removed, so what was seen once is known for good. */
export class StoredTenants extends Tenants {
  private readonly known = new Set<string>();
  private first: Promise<Tenant> | undefined;

  constructor(private readonly access: Tx) {
    super();
  }

  isKnown(organizationId: string): boolean | Promise<boolean> {
    if (this.known.has(organizationId)) return true;
    return isUuid(organizationId) ? this.ask(organizationId) : false;
  }

  defaultTenant(): Promise<Tenant> {
    this.first ??= this.askFirst().catch((error: unknown) => {
      this.first = undefined;
      throw error;
    });
    return this.first;
  }

  private async ask(organizationId: string): Promise<boolean> {
    const { rowCount } = await this.access.query('select 1 from access.organization where id = $1', [organizationId]);
    if (rowCount > 0) this.known.add(organizationId);
    return rowCount > 0;
  }

  private async askFirst(): Promise<Tenant> {
    const tenant = await firstTenant(this.access);
    if (!tenant) throw new Error('the first organisation was not made');
    this.known.add(tenant.organizationId);
    return tenant;
  }
}
