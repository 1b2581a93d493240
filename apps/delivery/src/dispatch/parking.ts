import { IntegrationParked, IntegrationRecovered, makeEvent, type Origin } from '#libs/contracts';
import { derivedId, instantOfMillis } from '#libs/core';
import { type UnitOfWork } from '#libs/runtime';
import { type IntegrationDocument } from '../integration/integration.js';
import { park, unpark } from '../sql/roster.js';

/** Stops sending through these integrations, and says so once. One that was edited meanwhile is left alone. */
export async function parkAll(
  unit: UnitOfWork,
  sink: string,
  integrations: readonly IntegrationDocument[],
  { code, remedy }: { readonly code: string; readonly remedy: string },
  { now, probeInterval }: { readonly now: number; readonly probeInterval: number },
): Promise<void> {
  const ordered = [...integrations].sort((a, b) => (a.integrationId < b.integrationId ? -1 : 1));
  for (const integration of ordered) {
    const news = await park(unit.tx, sink, integration, { code, remedy }, probeInterval);
    if (!news) continue;
    const { integrationId } = integration;
    const payload = { integrationId, code, remedy, at: instantOfMillis(now) };
    unit.emit(makeEvent(IntegrationParked, payload, originOf(integration, sink, `parked ${code}`, now)));
  }
}

/** Goes on sending, and says so. */
export async function recover(
  unit: UnitOfWork,
  sink: string,
  integration: IntegrationDocument,
  reason: string,
  now: number,
): Promise<void> {
  const { integrationId } = integration;
  if (!(await unpark(unit.tx, sink, integrationId))) return;
  const payload = { integrationId, reason, at: instantOfMillis(now) };
  unit.emit(makeEvent(IntegrationRecovered, payload, originOf(integration, sink, 'recovered', now)));
}

function originOf(
  { integrationId, organizationId, projectId }: IntegrationDocument,
  sink: string,
  what: string,
  now: number,
): Origin {
  const at = instantOfMillis(now);
  return {
    id: derivedId(integrationId, what, now),
    time: at,
    recordedAt: at,
    source: `delivery.${sink}`,
    organizationId,
    projectId,
  };
}
