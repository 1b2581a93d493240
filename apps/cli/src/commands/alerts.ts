import { Command } from 'commander';
import { EXIT, Failure } from '../failure.js';
import { type Session } from '../program.js';

interface SendOptions {
  readonly partition: string;
  readonly label: Readonly<Record<string, string>>;
  readonly annotation: Readonly<Record<string, string>>;
  readonly severity: string;
  readonly startsAt?: string;
  readonly resolve?: boolean;
}

/** `tocsin alerts send`: one alert, as Alertmanager's webhook would send it. */
export function alertsCommand(session: () => Session): Command {
  const alerts = new Command('alerts').description('send alerts');
  alerts
    .command('send <alertname>')
    .description('send one alert; again with --resolve to end it')
    .option('--partition <name>', 'status partition', 'INS')
    .option('--label <name=value...>', 'labels', pairs, {})
    .option('--annotation <name=value...>', 'annotations', pairs, {})
    .option('--severity <severity>', 'label severity', 'critical')
    .option('--starts-at <time>', 'RFC 3339 (default: now)')
    .option('--resolve', 'say that it has ended')
    .action(async (alertname: string, options: SendOptions) => {
      const { api, output } = session();
      const body = webhookBody(alertname, options, new Date().toISOString());
      const answer = await api.post<{ accepted: number }>(`/alerts/${encodeURIComponent(options.partition)}`, body);
      output.show(answer, () => `${alertname} ${options.resolve ? 'resolved' : 'fired'}: accepted`);
    });
  return alerts;
}

/** The body of Alertmanager's webhook, version 4, with one alert. `now` is RFC 3339. */
export function webhookBody(alertname: string, options: SendOptions, now: string): object {
  const status = options.resolve ? 'resolved' : 'firing';
  const labels = { alertname, severity: options.severity, ...options.label };
  const alert = {
    status,
    labels,
    annotations: options.annotation,
    startsAt: options.startsAt ?? now,
    endsAt: options.resolve ? now : '0001-01-01T00:00:00Z',
    generatorURL: '',
  };
  return { version: '4', receiver: 'tocsin', status, alerts: [alert], groupLabels: {}, commonLabels: labels };
}

function pairs(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new Failure(`expected name=value, got ${text}`, EXIT.usage);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
