import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** How far a file was read: it may be renamed, so its inode says which it is, and its first bytes that it still is. */
export interface Position {
  readonly path: string;
  readonly offset: number;
  /** Up to 64 of its first bytes, base64. */
  readonly head: string;
}

/** Positions by inode. */
export type Positions = Readonly<Record<string, Position>>;

export interface Line {
  readonly text: string;
  /** Names the line: where it lies. */
  readonly id: string;
}

/** New whole lines of one file, and the positions once they are taken care of. */
export interface Piece {
  readonly lines: readonly Line[];
  readonly positions: Positions;
}

interface Found {
  readonly path: string;
  readonly inode: string;
  readonly size: number;
  readonly modified: number;
}

const PIECE = 512 * 1024;
const MAX_LINES = 500;
const HEAD = 64;
const LINE_FEED = 0x0a;

/**
 * Reads on in logs that grow and are rotated: files whose names fit a pattern (`/var/log/eventstore/log*.json`; a star in
 * the last part only), the oldest first. One that was renamed is read to its end, one that was emptied or replaced anew.
 * @returns undefined where there is no new whole line
 */
export async function readOn(patterns: readonly string[], positions: Positions): Promise<Piece | undefined> {
  const files = await filesOf(patterns, positions);
  const known = Object.fromEntries(files.flatMap(({ inode }) => (positions[inode] ? [[inode, positions[inode]]] : [])));
  for (const file of files) {
    const piece = await readFile(file, known).catch(goneOr);
    if (piece) return piece;
  }
  return undefined;
}

/** Positions at the ends of all files: for whoever does not want what is old. */
export async function endsOf(patterns: readonly string[]): Promise<Positions> {
  const files = await filesOf(patterns, {});
  const entries = await Promise.all(
    files.map(async (file) => {
      const handle = await open(file.path);
      try {
        const head = (await bytesAt(handle, 0, Math.min(HEAD, file.size))).toString('base64');
        return [file.inode, { path: file.path, offset: file.size, head }] as const;
      } finally {
        await handle.close();
      }
    }),
  );
  return Object.fromEntries(entries);
}

/** Files that fit, and those that were begun and have another name by now. */
async function filesOf(patterns: readonly string[], positions: Positions): Promise<readonly Found[]> {
  const found = new Map<string, Found>();
  for (const pattern of patterns) {
    const folder = path.dirname(pattern);
    const fits = expressionOf(path.basename(pattern));
    for (const name of await readdir(folder).catch(() => [])) {
      const file = await lookAt(path.join(folder, name));
      if (file && (fits.test(name) || positions[file.inode])) found.set(file.inode, file);
    }
  }
  return [...found.values()].sort((a, b) => a.modified - b.modified || (a.path < b.path ? -1 : 1));
}

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}

async function lookAt(file: string): Promise<Found | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  return { path: file, inode: String(found.ino), size: found.size, modified: found.mtimeMs };
}

async function readFile({ path: file, inode, size }: Found, positions: Positions): Promise<Piece | undefined> {
  const before = positions[inode];
  if (before && before.offset === size) return undefined;
  const handle = await open(file);
  try {
    const start = before && (await isSame(handle, before, size)) ? before.offset : 0;
    const bytes = await bytesAt(handle, start, Math.min(PIECE, size - start));
    const { lines, length } = linesOf(bytes, inode, start);
    if (length === 0) return undefined;
    const offset = start + length;
    const head = (await bytesAt(handle, 0, Math.min(HEAD, offset))).toString('base64');
    return { lines, positions: { ...positions, [inode]: { path: file, offset, head } } };
  } finally {
    await handle.close();
  }
}

/** Whether it still begins as it did, and has not become shorter than it was. */
async function isSame(handle: FileHandle, { offset, head }: Position, size: number): Promise<boolean> {
  if (size < offset) return false;
  const expected = Buffer.from(head, 'base64');
  return expected.equals(await bytesAt(handle, 0, expected.length));
}

async function bytesAt(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, length));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}

/** Whole lines, at most 500. A line that fills all that is read at once is cut there: none of the database's is so long. */
function linesOf(bytes: Buffer, inode: string, start: number): { lines: readonly Line[]; length: number } {
  const lines: Line[] = [];
  let from = 0;
  while (lines.length < MAX_LINES) {
    const end = bytes.indexOf(LINE_FEED, from);
    if (end < 0) break;
    const text = bytes.toString('utf8', from, end).trimEnd();
    if (text !== '') lines.push({ text, id: `${inode}:${start + from}` });
    from = end + 1;
  }
  if (from > 0 || bytes.length < PIECE) return { lines, length: from };
  return { lines: [{ text: bytes.toString('utf8'), id: `${inode}:${start}` }], length: bytes.length };
}

/** A file that went away between two looks is no trouble. */
function goneOr(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'EACCES') throw error;
}
