import { z } from 'zod';

/** A variable holds what it may not. The message is the one line that is printed; it shows no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a service reads its settings from, for modules with settings of their own; undefined: the process's environment. */
export abstract class ServiceEnvironment {
  abstract readonly variables: Environment | undefined;
}

/**
 * Reads the variables named by `shape` from the environment. An empty variable counts as absent. Say what a variable
 * may hold with `.describe()`: it is the end of the line that a wrong value prints.
 * @throws ConfigError with one line per wrong variable: its name, what was read (secrets masked), what is allowed
 */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Environment = process.env,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.keys(shape)
      .map((name) => [name, environment[name]?.trim()])
      .filter(([, value]) => value),
  ) as Record<string, string>;
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  const names = new Set(parsed.error.issues.map((issue) => String(issue.path[0])));
  throw new ConfigError([...names].map((name) => complaint(name, given[name], shape, parsed.error)).join('\n'));
}

function complaint(name: string, value: string | undefined, shape: z.ZodRawShape, error: z.ZodError): string {
  const issue = error.issues.find((candidate) => candidate.path[0] === name);
  const allowed = describedBy(shape[name]) ?? issue?.message;
  return `${name}: read ${value === undefined ? 'nothing' : `"${masked(name, value)}"`}; allowed: ${allowed}`;
}

/** The description of a schema, also below `.optional()` and `.default()`, which hide it. */
function describedBy(schema: z.core.$ZodType | undefined): string | undefined {
  const inner = (schema?._zod.def as { innerType?: z.core.$ZodType } | undefined)?.innerType;
  return (schema as z.ZodType | undefined)?.description ?? (inner && describedBy(inner));
}

const SECRET = /TOKEN|PASSWORD|SECRET|KEY|CREDENTIAL/;
const SHOWN = 100;

/** What may be shown of a value: nothing of a secret, no password of a URL, nothing that breaks the line. */
export function masked(name: string, value: string): string {
  if (SECRET.test(name)) return '***';
  const withoutPassword = value.replace(/(:\/\/)[^/]*@/g, '$1***@');
  const line = [...withoutPassword].map((c) => (c < ' ' || c === '\u007f' ? '?' : c)).join('');
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}...` : line;
}
