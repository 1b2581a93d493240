import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
// @ts-expect-error -- a script without types
import { families } from './families.mjs';
// @ts-expect-error -- a script without types
import { scaffold, withMember } from './scaffold.mjs';

const LIST = `import { type Thing } from '../thing.js';
import { alpha } from './alpha/alpha.sink.js';
import { gamma } from './gamma/gamma.sink.js';

export const sinks: readonly Thing[] = [alpha, gamma];
`;

describe('the list of a family', () => {
  it('gains one import in its place and one member', () => {
    const grown = withMember(LIST, { name: 'be-ta', suffix: 'sink', array: 'sinks' });
    expect(grown.split('\n').slice(1, 4)).toEqual([
      `import { alpha } from './alpha/alpha.sink.js';`,
      `import { beTa } from './be-ta/be-ta.sink.js';`,
      `import { gamma } from './gamma/gamma.sink.js';`,
    ]);
    expect(grown).toContain('= [alpha, gamma, beTa];');
  });
});

describe.each(
  Object.entries(families as Record<string, { folder: string; list: string; array: string; suffix: string }>),
)('a new %s', (family, place) => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'new-'));
    await mkdir(dirname(join(root, place.list)), { recursive: true });
    await writeFile(
      join(root, place.list),
      `import { type X } from '../x.js';\n\nexport const ${place.array}: readonly X[] = [];\n`,
    );
  });
  afterEach(() => rm(root, { recursive: true }));

  it('is a folder with code, spec, fixtures and README, and a line in the list', async () => {
    const files = (await scaffold({ family, name: 'my-own', root })) as string[];
    const folder = join(place.folder, 'my-own');
    expect(files).toEqual(
      expect.arrayContaining([
        join(folder, `my-own.${place.suffix}.ts`),
        join(folder, `my-own.${place.suffix}.spec.ts`),
        join(folder, 'README.md'),
      ]),
    );
    expect(files.some((file) => file.startsWith(join(folder, 'fixtures')))).toBe(true);
    expect(await readFile(join(root, place.list), 'utf8')).toContain('= [myOwn];');
    expect(await readFile(join(root, folder, `my-own.${place.suffix}.ts`), 'utf8')).not.toContain('__');
  });

  it('is refused where the folder is there, or the name is none', async () => {
    await scaffold({ family, name: 'my-own', root });
    await expect(scaffold({ family, name: 'my-own', root })).rejects.toThrow('exists already');
    await expect(scaffold({ family, name: 'My_Own', root })).rejects.toThrow('expected lower-case words');
  });
});
