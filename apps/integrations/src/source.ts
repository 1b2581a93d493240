/** What an integration sends, with the name that people see. `issues` is every incident, whatever opened it. */
export const sources = [
  { id: 'issues', name: 'Issues' },
  { id: 'notifications', name: 'Notifications' },
  { id: 'logs', name: 'Logs' },
  { id: 'metrics', name: 'Metrics' },
] as const;

export type Source = (typeof sources)[number]['id'];

export function isSource(text: unknown): text is Source {
  return sources.some(({ id }) => id === text);
}
