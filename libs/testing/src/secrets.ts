import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A secret that a spec puts in, to look for afterwards; no program makes such a text by itself. */
export interface PlantedSecret {
  readonly name: string;
  readonly value: string;
}

/** The places that show a planted secret: as it is, in base64, in hex, or percent-encoded. */
export function secretsIn(
  places: Readonly<Record<string, string | Uint8Array>>,
  secrets: readonly PlantedSecret[],
): string[] {
  return Object.entries(places).flatMap(([place, content]) => {
    const text = Buffer.from(content as string).toString('latin1');
    return secrets
      .filter((secret) => formsOf(secret.value).some((form) => text.includes(form)))
      .map((secret) => `${place} shows ${secret.name}`);
  });
}

/** The files under `folder` that show a planted secret. */
export async function secretsInFolder(folder: string, secrets: readonly PlantedSecret[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    found.push(...secretsIn({ [path.relative(folder, file)]: await readFile(file) }, secrets));
  }
  return found;
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  return [
    bytes.toString('latin1'),
    Buffer.from(json).toString('latin1'),
    bytes.toString('hex'),
    encodeURIComponent(value),
    ...base64Forms(bytes),
  ];
}

/** Inside a longer text base64 begins at any of three places: what all of them have in common with the secret. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return whole.slice(shift === 0 ? 0 : shift + 1, -2);
  });
}
