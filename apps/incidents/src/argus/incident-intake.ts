import { Injectable } from '@nestjs/common';
import { IncidentCommands } from '../commands/incident-commands.js';
import { type Identity, Registry, type SourceSystem } from '../sources/registry.js';
import { invalid } from './argus-error.js';
import { type ArgusRequest } from './asked.js';
import { postedIncident } from './incident-bodies.js';
import { IncidentDesk } from './incident-desk.js';
import { integer, pythonType } from './readers.js';
import { done } from './refusals.js';

interface Speaker {
  readonly source: SourceSystem;
  readonly by: Identity['by'];
}

/** POST of incidents: whose they are, and the answer (reference argus.md 1.3). */
@Injectable()
export class IncidentIntake {
  constructor(
    private readonly desk: IncidentDesk,
    private readonly commands: IncidentCommands,
    private readonly registry: Registry,
  ) {}

  /** @throws ArgusError 400 */
  async open(asked: ArgusRequest): Promise<object> {
    const caller = await this.registry.identityOf(asked.principal);
    const posted = postedIncident(await asked.body(), { zone: this.desk.zone, version: asked.version });
    const { source: system, by } = await this.speaker(caller, posted.source);
    const { pk, id, name, type } = system;
    const source = { pk, id, name, type };
    const sourceUser = by.userPk === caller.by.userPk ? undefined : by;
    const opened = await this.commands.open(caller, { ...posted.incident, source, sourceUser });
    const { incident } = done(opened, this.desk.told(asked));
    return this.desk.shown(asked, incident);
  }

  /** The source that an incident is of, and its user: the caller's own, or the one that a superuser names. */
  private async speaker(caller: Identity, named: unknown): Promise<Speaker> {
    const given = named !== undefined && named !== null && named !== '';
    if (given && !caller.superuser) {
      throw invalid(["You must be a superuser to be allowed to specify the 'source' field."]);
    }
    const identity = given ? await this.named(caller.organizationId, named) : caller;
    if (identity.source) return { source: identity.source, by: identity.by };
    throw invalid(['The requesting user must have a connected source system.']);
  }

  private async named(organizationId: string, value: unknown): Promise<Identity> {
    const pk = integer(value);
    if ('errors' in pk) {
      throw invalid({ source: [`Incorrect type. Expected pk value, received ${pythonType(value)}.`] });
    }
    const known = Number.isSafeInteger(pk.value) && Math.abs(pk.value) < 2 ** 31;
    const identity = known ? await this.registry.identityOfSource(organizationId, pk.value) : undefined;
    if (identity) return identity;
    throw invalid([`SourceSystem with pk=${pk.value} does not exist.`]);
  }
}
