/** Prints for people or, with `--json`, for programs. */
export class Output {
  constructor(
    private readonly asJson: boolean,
    private readonly write: (text: string) => void,
  ) {}

  /** `value` as JSON, else what `readable` makes of it. */
  show<T>(value: T, readable: (value: T) => string): void {
    this.write(`${this.asJson ? JSON.stringify(value) : readable(value)}\n`);
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  get json(): boolean {
    return this.asJson;
  }
}

/** Columns padded to their widest cell; control characters of the data are shown, not obeyed. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Text of an event or an API that is safe on a terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
