import { fingerprintOf } from '#libs/contracts';
import { request } from 'undici';

/** One alert of a load: what was acknowledged of it. Times are milliseconds since the load began. */
export interface LedgerEntry {
  readonly number: number;
  readonly fingerprint: string;
  readonly startsAt: string;
  firedAckAt?: number;
  resolvedAckAt?: number;
}

/** A load of alerts against the origin: each fires, and every other one is resolved some time later. */
export interface LoadOptions {
  readonly url: string;
  readonly token: string;
  readonly alerts: number;
  /** Alerts a second, open loop: the schedule does not wait for answers. */
  readonly rate: number;
  /** The first instant of the alerts, milliseconds; alert `n` starts `n` ms later. */
  readonly epoch: number;
  /** Number of the first alert, for a load that comes in waves under one name; 0 unless given. */
  readonly from?: number;
  /** Told apart from other loads of the same system. */
  readonly name: string;
  readonly partition?: string;
  /** Gives up on one alert after this long, milliseconds. */
  readonly patience?: number;
}

/**
 * Sends the load as a patient monitoring system would: what is refused with 5xx or not answered is sent again. Answers
 * the ledger of what was acknowledged; an alert that never was has no `firedAckAt`.
 */
export async function sendLoad(options: LoadOptions): Promise<readonly LedgerEntry[]> {
  const began = performance.now();
  const since = (): number => performance.now() - began;
  const entries = Array.from({ length: options.alerts }, (_, place) => entryOf(options, (options.from ?? 0) + place));
  await Promise.all(
    entries.map(async (entry) => {
      await pause(((entry.number - (options.from ?? 0)) * 1000) / options.rate);
      await send(options, alertOf(options, entry, false));
      entry.firedAckAt = since();
      if (entry.number % 2 === 0) return;
      await send(options, alertOf(options, entry, true));
      entry.resolvedAckAt = since();
    }),
  );
  return entries;
}

/** The labels of alert `number` of a load. */
export function labelsOf(name: string, number: number): Record<string, string> {
  return { alertname: 'LoadTest', severity: 'critical', load: name, number: String(number) };
}

function entryOf(options: LoadOptions, number: number): LedgerEntry {
  return {
    number,
    fingerprint: fingerprintOf(labelsOf(options.name, number)),
    startsAt: new Date(options.epoch + number).toISOString(),
  };
}

function alertOf(options: LoadOptions, entry: LedgerEntry, resolved: boolean): object {
  return {
    status: resolved ? 'resolved' : 'firing',
    labels: labelsOf(options.name, entry.number),
    annotations: { summary: `load ${options.name} number ${entry.number}` },
    startsAt: entry.startsAt,
    endsAt: resolved ? new Date(options.epoch + entry.number + 60_000).toISOString() : '0001-01-01T00:00:00Z',
  };
}

async function send(options: LoadOptions, alert: object): Promise<void> {
  const until = performance.now() + (options.patience ?? 120_000);
  const body = JSON.stringify({ version: '4', status: 'firing', receiver: 'load', alerts: [alert] });
  for (let attempt = 0; ; attempt++) {
    const outcome = await post(options, body);
    if (outcome === 200) return;
    if (typeof outcome === 'number' && outcome < 500) throw new Error(`the load was refused with ${outcome}`);
    if (performance.now() > until) throw new Error(`no acknowledgement in time; the last outcome was ${outcome}`);
    await pause(Math.min(50 * 2 ** attempt, 1000));
  }
}

async function post(options: LoadOptions, body: string): Promise<number | string> {
  try {
    const answer = await request(`${options.url}/alerts/${options.partition ?? 'INS'}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${options.token}` },
      body,
      headersTimeout: 15_000,
      bodyTimeout: 15_000,
    });
    await answer.body.dump();
    return answer.statusCode;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
