/** A table of plain values: the same rows as JSON answers, for spreadsheets and for eyes. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export type Cell = string | number | boolean | null;

/** The rows as a table: one column for each of `columns`, by the same name. */
export function tableOf<Name extends string>(
  caption: string,
  columns: readonly Name[],
  rows: readonly Readonly<Record<Name, Cell>>[],
): Table {
  return { caption, columns, rows: rows.map((row) => columns.map((column) => row[column])) };
}

/**
 * RFC 4180, with a heading. A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
 * injection): these texts come from whoever may send alerts.
 */
export function csv({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A page without scripts; `next` is where the list goes on. */
export function html(title: string, tables: readonly Table[], next: string | null): string {
  const more = next === null ? '' : `<p><a rel="next" href="${escaped(next)}">more</a></p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><h1>${escaped(title)}</h1>${tables.map(htmlTable).join('')}${more}</body></html>
`;
}

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1d2433}table{border-collapse:collapse;margin:0 0 2rem}' +
  'caption{text-align:left;font-weight:600;padding:.3rem 0}th,td{text-align:left;padding:.3rem .8rem;border-bottom:1px solid #d7dce5}';

function htmlTable({ caption, columns, rows }: Table): string {
  const head = columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(String(cell ?? ''))}</td>`).join('')}</tr>`);
  return `<table><caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
