import { describe, expect, it } from '@jest/globals';
import { createLog } from './pino-log.js';
import { type Log } from './log.js';
import { NestLog } from './nest-log.js';

function capture(level = 'debug'): { log: Log; lines: string[]; last(): Record<string, unknown> } {
  const lines: string[] = [];
  const log = createLog('incidents', level, { write: (line) => lines.push(line) });
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

describe('a log line', () => {
  it('is one JSON object with time, level, service and message', () => {
    const { log, lines, last } = capture();
    log.info({ partition: 3 }, 'caught up');
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(last()).toMatchObject({ level: 'info', service: 'incidents', partition: 3, msg: 'caught up' });
    expect(Date.parse(last()['time'] as string)).not.toBeNaN();
  });

  it('cannot be broken or forged by what a user sent', () => {
    const { log, lines, last } = capture();
    const text = 'a\n{"level":"fatal"}\r\u2028\u0085\u001b[31m\u202e\u009b';
    log.warn({ label: text }, text);
    expect(lines[0]!.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
    expect(last()).toMatchObject({ level: 'warn', label: text, msg: text });
  });

  it('masks secrets by their name, at any depth', () => {
    const { log, last } = capture();
    const headers = { authorization: 'Basic x', 'x-api-key': 'y' };
    log.info({ request: { headers, list: [{ password: 'hunter2' }] }, tokenId: 't1', secret: null }, 'sent');
    expect(last()).toMatchObject({
      request: { headers: { authorization: '[secret]', 'x-api-key': '[secret]' }, list: [{ password: '[secret]' }] },
      tokenId: 't1',
      secret: null,
    });
  });

  it('masks secrets by their look, wherever they stand', () => {
    const { log, lines } = capture();
    const err = new Error('401 for Bearer abcdefghijklmnop at postgres://me:hunter2@db/x', {
      cause: new Error('xoxb-1234-abcd-secretsecret'),
    });
    log.error({ err }, 'call with toc_admin_abcdefghijklmnopq_0123456789 failed');
    for (const secret of ['abcdefghijklmnop', 'hunter2', 'secretsecret', '0123456789']) {
      expect(lines.join('')).not.toContain(secret);
    }
  });

  it('shows of an error no more than its class, message, code, stack and causes', () => {
    const { log, last } = capture();
    const err = Object.assign(new TypeError('x'), { code: 'E1', config: { headers: { a: 'b' } } });
    log.error({ err }, 'failed');
    expect(Object.keys(last()['err'] as object).sort()).toEqual(['code', 'message', 'stack', 'type']);
  });

  it('carries the fields of its log', () => {
    const { log, last } = capture();
    log.child({ processor: 'incidents.alerts', token: 'x' }).debug({ batch: 1 }, 'done');
    expect(last()).toMatchObject({ processor: 'incidents.alerts', token: '[secret]', batch: 1 });
  });

  it('is left out below the level', () => {
    const { log, lines } = capture('warn');
    log.info({}, 'quiet');
    expect(lines).toEqual([]);
  });
});

describe("Nest's own messages", () => {
  it('are for debugging, but for warnings and errors', () => {
    const { log, lines, last } = capture('info');
    const nest = new NestLog(log);
    nest.log('Mapped {/x, GET}', 'RouterExplorer');
    expect(lines).toEqual([]);
    nest.error('broke', 'stack...', 'ExceptionsHandler');
    expect(last()).toMatchObject({ level: 'error', msg: 'broke', context: 'ExceptionsHandler', stack: 'stack...' });
  });
});
