import { type Instant, millisOf } from '#libs/core';
import { type IncidentDocument } from '../../incident/incident.js';
import { type Message } from '../../sink.js';
import { cut, link } from './slack.text.js';

/** The part of `chat.postMessage` and `chat.update` that depends on the incident. */
export interface SlackMessage {
  readonly text: string;
  readonly attachments: readonly [SlackAttachment];
  readonly metadata: { readonly event_type: string; readonly event_payload: Readonly<Record<string, string>> };
}

/** The legacy attachment: the one form that has a coloured bar. `mrkdwn_in: []` keeps user text from being formatted. */
export interface SlackAttachment {
  readonly color: 'danger' | 'good' | 'warning';
  readonly fallback: string;
  readonly title: string;
  readonly title_link?: string;
  readonly text?: string;
  readonly fields: readonly { readonly title: string; readonly value: string; readonly short: boolean }[];
  readonly footer: string;
  readonly ts: number;
  readonly mrkdwn_in: readonly [];
}

/** Far below what Slack takes (text 4,000 on an update, title 1,024), so that people see it without a click. */
const LIMITS = { text: 500, body: 2900, value: 1000, source: 200, tags: 40, acks: 5 };

const BAR = { open: 'danger', closed: 'good', stateless: 'warning' } as const;
const WORD = { open: 'Open', closed: 'Closed', stateless: 'Note' } as const;
const LEVELS = ['', '1 (critical)', '2 (high)', '3 (moderate)', '4 (low)', '5 (information)'];

/** One incident as one Slack message: red while it is open, green when it is over. */
export function renderSlack({ deliveryId, integrationId, incident }: Message): SlackMessage {
  const [first = '', ...rest] = incident.description.trim().split(/\r\n?|\n/);
  const word = incident.notification ? '' : `${WORD[incident.status]}: `;
  const summary = cut(`${word}${first.trim() || 'no description'}`, LIMITS.text);
  const body = bodyOf(summary.complete ? rest.join('\n').trim() : incident.description, incident.detailsUrl);
  const address = link(incident.detailsUrl);
  return {
    text: summary.text,
    attachments: [
      {
        color: BAR[incident.status],
        fallback: summary.text,
        title: incident.notification ? 'Notification' : `Incident #${incident.pk}`,
        ...(address ? { title_link: address } : {}),
        ...(body ? { text: body } : {}),
        fields: incident.notification ? notificationFields(incident) : fieldsOf(incident),
        footer: 'Tocsin',
        ts: Math.floor(millisOf(incident.startTime) / 1000),
        mrkdwn_in: [],
      },
    ],
    metadata: {
      event_type: incident.notification ? 'tocsin_notification' : 'tocsin_incident',
      event_payload: {
        delivery_id: deliveryId,
        integration_id: integrationId,
        ...(incident.notification ? {} : { incident_id: incident.incidentId }),
      },
    },
  };
}

function bodyOf(text: string, detailsUrl: string): string {
  const body = cut(text, LIMITS.body);
  const address = link(detailsUrl);
  return body.complete || !address ? body.text : `${body.text}\n${address}`;
}

function field(title: string, value: string | undefined, short = true): SlackAttachment['fields'] {
  return value ? [{ title, value, short }] : [];
}

function notificationFields({ notification, source, startTime }: IncidentDocument): SlackAttachment['fields'] {
  const { severity, clusterId, details } = notification!;
  const said = Object.entries(details).map(([name, value]) => `${name}: ${value}`);
  return [
    ...field('Severity', cut(severity, LIMITS.source).text),
    ...field('Cluster', cut(clusterId, LIMITS.source).text),
    ...field('Raised', instant(startTime)),
    ...field('Source', cut(source, LIMITS.source).text),
    ...field('Details', cut(said.join('\n'), LIMITS.value).text, false),
  ];
}

function fieldsOf(incident: IncidentDocument): SlackAttachment['fields'] {
  return [
    ...field('Level', LEVELS[incident.level]),
    ...field('Source', cut(incident.source, LIMITS.source).text),
    ...field('Started', instant(incident.startTime)),
    ...field('Ended', endOf(incident)),
    ...field('Acknowledged', acksOf(incident), false),
    ...field('Ticket', link(incident.ticketUrl), false),
    ...field('Remark', remarkOf(incident), false),
    ...field('Tags', tagsOf(incident.tags), false),
  ];
}

function endOf({ status, startTime, endTime, closeReason }: IncidentDocument): string | undefined {
  if (status !== 'closed' || !endTime) return undefined;
  const seconds = Math.max(0, Math.round((millisOf(endTime) - millisOf(startTime)) / 1000));
  const reason = closeReason ? `, ${cut(closeReason, LIMITS.source).text}` : '';
  return `${instant(endTime)} (after ${duration(seconds)}${reason})`;
}

/** Who took note of it, each with the time until which that counts. */
function acksOf({ acks = [] }: IncidentDocument): string {
  const shown = acks.map(({ by, expiration }) => {
    const until = expiration === null ? '' : ` until ${instant(expiration)}`;
    return cut(by, LIMITS.source).text + until;
  });
  return cut(shown.slice(-LIMITS.acks).join(', '), LIMITS.value).text;
}

function remarkOf({ remark }: IncidentDocument): string | undefined {
  return remark && cut(`${remark.by}, ${instant(remark.at)}: ${remark.text}`, LIMITS.value).text;
}

function instant(at: Instant): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

function duration(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const parts = units.flatMap(([size, name], i) => {
    const count = Math.floor((i === 0 ? seconds : seconds % units[i - 1]![0]) / size);
    return count > 0 ? [`${count} ${name}`] : [];
  });
  return parts.slice(0, 2).join(' ') || '0 s';
}

function tagsOf(tags: readonly string[]): string {
  const shown = tags.slice(0, LIMITS.tags);
  const more = tags.length > shown.length ? `, and ${tags.length - shown.length} more` : '';
  return cut(shown.map((tag) => tag.replace(/\s+/g, ' ')).join(', '), LIMITS.value - more.length).text + more;
}
