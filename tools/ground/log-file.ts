import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Where a program's output goes. */
export interface LineSink {
  line(text: string): void;
}

/** Drops everything; for programs whose tail is enough. */
export const noLog: LineSink = { line: () => undefined };

/** When a log is set aside, and how many old ones are kept (`x.log.1` is the youngest). */
export interface Rotation {
  readonly maxBytes: number;
  readonly keep: number;
}

const ROTATION: Rotation = { maxBytes: 10 * 1024 * 1024, keep: 3 };

/** A log that is rotated by size. Written synchronously: lines of a process that dies right after are not lost. */
export class LogFile implements LineSink {
  private file: number;
  private bytes: number;

  constructor(
    readonly path: string,
    private readonly rotation: Rotation = ROTATION,
  ) {
    mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true, mode: 0o700 });
    this.file = openSync(path, 'a', 0o600);
    this.bytes = fstatSync(this.file).size;
  }

  line(text: string): void {
    const bytes = Buffer.from(`${text}\n`);
    if (this.bytes > 0 && this.bytes + bytes.length > this.rotation.maxBytes) this.rotate();
    this.bytes += writeSync(this.file, bytes);
  }

  close(): void {
    closeSync(this.file);
  }

  private rotate(): void {
    closeSync(this.file);
    for (let age = this.rotation.keep - 1; age >= 1; age -= 1)
      renameIfPresent(`${this.path}.${age}`, `${this.path}.${age + 1}`);
    renameIfPresent(this.path, `${this.path}.1`);
    this.file = openSync(this.path, 'a', 0o600);
    this.bytes = 0;
  }
}

/** The log of one program of an installation. */
export function logPath(home: string, name: string): string {
  return path.join(home, 'logs', `${name}.log`);
}

function renameIfPresent(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
