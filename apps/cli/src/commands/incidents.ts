import { Command, Option } from 'commander';
import { table } from '../output.js';
import { type Session } from '../program.js';

interface Incident {
  readonly pk: number;
  readonly incidentId: string;
  readonly status: string;
  readonly level: number;
  readonly startTime: string;
  readonly endTime: string | null;
  readonly source: string;
  readonly description: string;
  readonly tags: readonly string[];
}

interface TimelineEntry {
  readonly time: string;
  readonly name: string;
  readonly description?: string;
}

/** `tocsin incidents list|show`. */
export function incidentsCommand(session: () => Session): Command {
  const incidents = new Command('incidents').description('look at incidents');
  incidents
    .command('list')
    .description('newest first')
    .addOption(new Option('--status <status>').choices(['open', 'closed', 'stateless']))
    .option('--limit <n>', 'how many', '50')
    .option('--cursor <cursor>', 'go on after an earlier page')
    .action(async (options: { status?: string; limit: string; cursor?: string }) => {
      const { api, output } = session();
      const page = await api.get<{ items: Incident[]; cursor: string | null }>('/tocsin/v1/incidents', { ...options });
      output.show(page, ({ items, cursor }) =>
        [
          table(['PK', 'STATUS', 'LEVEL', 'START', 'END', 'SOURCE', 'DESCRIPTION'], items.map(row)),
          cursor === null ? '' : `more: --cursor ${cursor}`,
        ]
          .filter(Boolean)
          .join('\n'),
      );
    });
  incidents
    .command('show <id>')
    .description('one incident with its timeline; <id> is the pk or the incidentId')
    .action(async (id: string) => {
      const { api, output } = session();
      const path = `/tocsin/v1/incidents/${encodeURIComponent(id)}`;
      const incident = await api.get<Incident>(path);
      const timeline = await api.get<{ items: TimelineEntry[] }>(`${path}/timeline`, { limit: 1000 });
      output.show({ ...incident, timeline: timeline.items }, () => detail(incident, timeline.items));
    });
  return incidents;
}

function row(incident: Incident): string[] {
  const { pk, status, level, startTime, endTime, source, description } = incident;
  return [String(pk), status, String(level), startTime, endTime ?? '', source, description.slice(0, 80)];
}

function detail(incident: Incident, timeline: readonly TimelineEntry[]): string {
  const facts = table(
    ['PK', String(incident.pk)],
    [
      ['id', incident.incidentId],
      ['status', incident.status],
      ['level', String(incident.level)],
      ['start', incident.startTime],
      ['end', incident.endTime ?? ''],
      ['source', incident.source],
      ['about', incident.description],
      ...incident.tags.map((tag) => ['tag', tag]),
    ],
  );
  const entries = table(
    ['TIME', 'EVENT', ''],
    timeline.map((entry) => [entry.time, entry.name, entry.description ?? '']),
  );
  return `${facts}\n\n${entries}`;
}
