import { readdirSync, readFileSync } from 'node:fs';

/** For specs: a fixture of a read model and what it was recorded to give. */
export interface Golden {
  readonly name: string;
  readonly input: unknown;
  readonly output: unknown;
}

/** The pairs `<name>.in.json`, `<name>.out.json` of a folder `fixtures` beside the module `url`. */
export function goldens(url: string): readonly Golden[] {
  const folder = new URL('fixtures/', url);
  const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  return readdirSync(folder)
    .filter((file) => file.endsWith('.in.json'))
    .map((file) => ({
      name: file.replace('.in.json', ''),
      input: read(file),
      output: read(file.replace('.in.', '.out.')),
    }));
}
