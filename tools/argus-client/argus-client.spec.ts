import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const tools = path.resolve(import.meta.dirname, '..');

describe('the checks that need Python', () => {
  it.each(['argus-client.mjs', 'openapi-fuzz.mjs'])(
    '%s says SKIPPED where there is none, and ends well',
    async (tool) => {
      const { stdout } = await run(process.execPath, [path.join(tools, tool)], { env: { PATH: import.meta.dirname } });
      expect(stdout).toMatch(/^check:\S+: SKIPPED: there is no Python 3\.9/m);
    },
  );

  it('has every script on its list', async () => {
    const list = new URL('scripts.mjs', `file://${import.meta.dirname}/`).href;
    const { stdout } = await run(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { SCRIPTS } from '${list}'; console.log(SCRIPTS.join())`,
    ]);
    const files = readdirSync(path.join(import.meta.dirname, 'scripts')).filter((file) => file.endsWith('.py'));
    const scripts = files
      .map((file) => path.basename(file, '.py'))
      .filter((name) => !['harness', 'conftest'].includes(name));
    expect(stdout.trim().split(',').sort()).toEqual(scripts.sort());
  });
});
