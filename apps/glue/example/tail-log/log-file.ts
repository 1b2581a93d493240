import { open, stat } from 'node:fs/promises';

/** How far a log was read: the file it was (it may be renamed) and the bytes of it. */
export interface Position {
  readonly inode: number;
  readonly offset: number;
}

/** Whole lines that are new, and how far that is. */
export interface Piece {
  readonly lines: readonly string[];
  readonly position: Position;
}

const PIECE = 64 * 1024;
const LINE_FEED = 0x0a;

/**
 * Reads on in a log that grows and is rotated (`app.log` becomes `app.log.1`): what is left of the old file comes first.
 * @returns undefined when there is no new whole line
 */
export async function readOn(file: string, from: Position | undefined): Promise<Piece | undefined> {
  const now = await inodeOf(file);
  if (from && from.inode !== now && from.inode === (await inodeOf(`${file}.1`))) {
    const rest = await readPiece(`${file}.1`, from);
    if (rest) return rest;
  }
  if (now === undefined) return undefined;
  return readPiece(file, from?.inode === now ? from : { inode: now, offset: 0 });
}

async function readPiece(file: string, { inode, offset }: Position): Promise<Piece | undefined> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    // It was emptied in its place: what is there now is new.
    const start = size < offset ? 0 : offset;
    const buffer = Buffer.alloc(Math.min(PIECE, size - start));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED) + 1;
    // A line that fills the whole piece is none of ours: it is passed over.
    if (end === 0) return bytesRead < PIECE ? undefined : { lines: [], position: { inode, offset: start + bytesRead } };
    const lines = buffer.toString('utf8', 0, end - 1).split('\n');
    return { lines, position: { inode, offset: start + end } };
  } finally {
    await handle.close();
  }
}

async function inodeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ ino }) => ino,
    () => undefined,
  );
}
