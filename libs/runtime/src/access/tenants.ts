/** The organisations of the installation. */
export abstract class Tenants {
  /** Whether the organisation exists; at once where that is known already. */
  abstract isKnown(organizationId: string): boolean | Promise<boolean>;
  /** The first organisation and its project: for whom a record speaks that names nobody. */
  abstract defaultTenant(): Promise<{ readonly organizationId: string; readonly projectId: string }>;
}
