import { existsSync } from 'node:fs';
import path from 'node:path';

/** The repository's folder, found from this file, which lies in tools/ground or, compiled, in dist/tools/ground. */
export const repositoryRoot: string = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error(`no package.json above ${import.meta.dirname}`);
  return findRoot(parent);
}
