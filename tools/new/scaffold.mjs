import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { families } from './families.mjs';

const templates = join(dirname(fileURLToPath(import.meta.url)), 'templates');

/** `my-source` as `mySource`. @param {string} name */
export function identifierOf(name) {
  return name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/**
 * The list with one member more: its import in order of path, its name at the end of the array.
 * @param {string} source the text of the list @param {{ name: string, suffix: string, array: string }} member
 */
export function withMember(source, { name, suffix, array }) {
  const identifier = identifierOf(name);
  const line = `import { ${identifier} } from './${name}/${name}.${suffix}.js';`;
  const lines = source.split('\n');
  const own = (text) => /^import .* from '\.\/[^']+';$/.test(text);
  const after = lines.findIndex((text) => own(text) && text.slice(text.indexOf("'")) > line.slice(line.indexOf("'")));
  const lastImport = lines.findLastIndex((text) => text.startsWith('import '));
  lines.splice(after === -1 ? lastImport + 1 : after, 0, line);
  const joined = lines.join('\n');
  const declared = new RegExp(`(export const ${array}\\b[^=]*= \\[)([^\\]]*)(\\])`);
  if (!declared.test(joined)) throw new Error(`the list declares no array ${array}`);
  return joined.replace(declared, (_, open, members, close) => {
    const names = members
      .split(',')
      .map((text) => text.trim())
      .filter(Boolean);
    return `${open}${[...names, identifier].join(', ')}${close}`;
  });
}

/**
 * Makes the folder of a plug-in and adds its line to the list of its family.
 * @param {{ family: string, name: string, root: string }} wanted
 * @returns {Promise<string[]>} the files made or changed, below the root
 * @throws Error that says what is wrong with the wish
 */
export async function scaffold({ family, name, root }) {
  const place = families[family];
  if (!place) throw new Error(`${family}: expected one of ${Object.keys(families).join(', ')}`);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 60) {
    throw new Error(`${name}: expected lower-case words joined by hyphens, for example my-${family}`);
  }
  const folder = join(place.folder, name);
  if (existsSync(join(root, folder))) throw new Error(`${folder} exists already`);
  const made = await fill(join(templates, family), join(root, folder), name);
  const list = join(root, place.list);
  await writeFile(list, await formatted(list, withMember(await readFile(list, 'utf8'), { name, ...place })));
  return [...made.map((file) => join(folder, file)), place.list];
}

/** @param {string} from @param {string} to @param {string} name @returns {Promise<string[]>} */
async function fill(from, to, name) {
  const made = [];
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name).slice(from.length + 1);
    const target = path.replaceAll('__name__', name).replace(/\.txt$/, '');
    await mkdir(dirname(join(to, target)), { recursive: true });
    const text = await readFile(join(from, path), 'utf8');
    await writeFile(join(to, target), await formatted(target, spelled(text, name)));
    made.push(target);
  }
  return made;
}

/** Where a line breaks depends on the length of the name. @param {string} file @param {string} text */
async function formatted(file, text) {
  return format(text, { ...(await resolveConfig(join(templates, 'any.ts'))), filepath: file });
}

/** A template with the name in each of its spellings. @param {string} text @param {string} name */
function spelled(text, name) {
  const identifier = identifierOf(name);
  return text
    .replaceAll('__name__', name)
    .replaceAll('__identifier__', identifier)
    .replaceAll('__Pascal__', identifier.charAt(0).toUpperCase() + identifier.slice(1))
    .replaceAll('__UPPER__', name.toUpperCase().replaceAll('-', '_'));
}
