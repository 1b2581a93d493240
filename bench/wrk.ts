import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { postFor } from './post-load.js';

const run = promisify(execFile);

/** One kind of request, sent again and again. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `%N%` in it becomes another number with each request. */
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
}

/** What a load came to. */
export interface Loaded {
  /** Requests that were answered with 2xx. */
  readonly answered: number;
  readonly perSecond: number;
}

/** The tool that `load` uses: wrk where it is installed, else our own, which takes more of its core. */
export function loadTool(): 'wrk' | 'own' {
  try {
    execFileSync('wrk', ['--version'], { stdio: 'ignore' });
    return 'wrk';
  } catch (error) {
    // wrk ends with 1 when asked for its version; where there is none, it cannot be started at all.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'own' : 'wrk';
  }
}

/** As many requests as get through. @throws Error when one was not answered with 2xx */
export async function load(of: Load): Promise<Loaded> {
  return loadTool() === 'own' ? postFor(of) : loadByWrk(of);
}

async function loadByWrk({ url, headers, body, connections, seconds }: Load): Promise<Loaded> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-wrk-'));
  try {
    const script = path.join(folder, 'post.lua');
    await writeFile(path.join(folder, 'body'), body);
    await writeFile(script, scriptOf(path.join(folder, 'body'), headers));
    const { stdout } = await run('wrk', [
      '-t1',
      '--timeout',
      '30s',
      `-c${connections}`,
      `-d${seconds}s`,
      '-s',
      script,
      url,
    ]);
    if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk saw trouble:\n${stdout}`);
    return { answered: figure(stdout, /(\d+) requests in/), perSecond: figure(stdout, /Requests\/sec:\s+([\d.]+)/) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function scriptOf(body: string, headers: Load['headers']): string {
  const lines = Object.entries(headers).map(
    ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
  );
  const read = `wrk.body = io.open(${JSON.stringify(body)}, "rb"):read("*a")`;
  return `wrk.method = "POST"\n${read}\n${lines.join('\n')}\n${NUMBERED}`;
}

/** Without a number in it the body is sent as it is, from memory prepared once. */
const NUMBERED = `
if string.find(wrk.body, "%%N%%") then
  local head, tail = string.match(wrk.body, "^(.-)%%N%%(.*)$")
  local number = 0
  request = function()
    number = number + 1
    return wrk.format(nil, nil, nil, head .. number .. tail)
  end
end
`;

function figure(text: string, pattern: RegExp): number {
  const value = Number(pattern.exec(text)?.[1]);
  if (Number.isNaN(value)) throw new Error(`wrk said what is not understood:\n${text}`);
  return value;
}
