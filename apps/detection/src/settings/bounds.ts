import { type Settings } from '../detector.js';

/**
 * What is wrong with settings that somebody asks for, by `settings.<name>`; empty where nothing is. A setting may be at
 * most ten times its default, or 100 where that is more: windows are kept in memory.
 */
export function complaintsOf(asked: Readonly<Record<string, unknown>>, defaults: Settings): Record<string, string> {
  const complaints: Record<string, string> = {};
  for (const [name, value] of Object.entries(asked)) {
    const usual = Object.hasOwn(defaults, name) ? defaults[name]! : undefined;
    const most = Math.max(100, 10 * (usual ?? 0));
    if (usual === undefined) complaints[`settings.${name}`] = `expected one of ${Object.keys(defaults).join(', ')}`;
    else if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value > most) {
      complaints[`settings.${name}`] = `expected a number from 0 to ${most}`;
    }
  }
  return complaints;
}
