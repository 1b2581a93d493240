import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Generated, generatedFiles } from './generators.js';

/** What to do with the generated files of a repository. */
export interface SyncOptions {
  readonly root: string;
  /** False: only compare. */
  readonly write: boolean;
  readonly files?: () => Promise<readonly Generated[]>;
}

/** Makes every generated file. Returns those that were not up to date and, without `write`, still are not. */
export async function sync({ root, write, files = generatedFiles }: SyncOptions): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const { file, content } of await files()) {
    const place = path.join(root, file);
    const present = await readFile(place, 'utf8').catch(() => undefined);
    if (present === content) continue;
    if (write) {
      await writeFile(place, content);
      console.log(`wrote ${file}`);
    } else {
      stale.push(file);
      console.error(`${file} is not what its sources say; run: npm run sync`);
    }
  }
  return stale;
}
