/** One generated file. */
export interface Generated {
  /** From the repository's root. */
  readonly file: string;
  readonly content: string;
}

/** Makes one file, or a family of files. */
export type Generator = () => Promise<readonly Generated[]>;

/** THE list of generators. */
const generators: readonly Generator[] = [];

/** Every generated file as its sources say it now. */
export async function generatedFiles(): Promise<readonly Generated[]> {
  const made: Generated[] = [];
  for (const generate of generators) made.push(...(await generate()));
  return made;
}
