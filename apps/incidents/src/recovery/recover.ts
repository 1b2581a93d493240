import { type RecoveryContext } from '#libs/runtime';
import { deleteCheckpoints } from '#libs/store';
import { type StatusAfterResolve } from '../service-status/service-status.js';
import { ISSUES_PROCESSOR } from '../issues.processor.js';
import { ALERTS_PROCESSOR, recoverAlerts } from './alerts.js';
import { Causes } from './causes.js';
import { INCIDENT_EVENTS, recoverIncidents, restoreSequences } from './incidents.js';
import { recoverServices, STATUS_EVENTS } from './services.js';

/**
 * Takes back what this service decided: incidents and what was observed of services are folded from their events; what
 * the rules remember of alerts is decided once more from the alerts that were decided already, in silence. The read
 * models fill themselves.
 */
export async function recover(context: RecoveryContext, afterResolve: StatusAfterResolve): Promise<void> {
  const { store, history } = context;
  await store.query('truncate alert_occurrence, incident, service_status, service_observation restart identity');
  await deleteCheckpoints(store, ALERTS_PROCESSOR);
  // What an incident has of its issue is in its own events, so that issues are read again in silence.
  await deleteCheckpoints(store, ISSUES_PROCESSOR);
  const causes = new Causes();
  let eventPk = 0;
  for await (const batch of history.events(new Set([...INCIDENT_EVENTS, ...STATUS_EVENTS]))) {
    causes.take(batch);
    for (const { event } of batch) eventPk = Math.max(eventPk, (event.payload as { eventPk?: number }).eventPk ?? 0);
    await store.transaction(async (tx) => {
      await recoverIncidents(tx, batch);
      await recoverServices(tx, batch);
    });
  }
  await store.transaction((tx) => restoreSequences(tx, eventPk));
  await recoverAlerts(context, causes, afterResolve);
}
