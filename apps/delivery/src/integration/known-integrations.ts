import { type Tx } from '#libs/store';
import { selectIntegrations } from '../sql/integrations.js';
import { type IntegrationDocument } from './integration.js';

/**
 * The sink's integrations by organisation: a copy that is read again when the version in the database is another. Not to
 * be shared with a transaction that changes them: it may be rolled back, and its version given to another change.
 */
export class KnownIntegrations {
  private version = -1;
  private byOrganization = new Map<string, IntegrationDocument[]>();

  constructor(private readonly sink: string) {}

  async of(tx: Tx, version: number): Promise<ReadonlyMap<string, readonly IntegrationDocument[]>> {
    if (version === this.version) return this.byOrganization;
    const read = new Map<string, IntegrationDocument[]>();
    for (const integration of await selectIntegrations(tx, this.sink)) {
      const { organizationId } = integration;
      read.set(organizationId, [...(read.get(organizationId) ?? []), integration]);
    }
    this.version = version;
    this.byOrganization = read;
    return read;
  }
}
