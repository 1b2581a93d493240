import { isObject } from '../source.js';

/** One figure of a node. */
export interface Figure {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Figures of one answer, and characters of a line. */
const MAX_FIGURES = 1_000;
const MAX_LINE = 8_192;
const LINE = /^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"\s*,?\s*/gy;

/** The Prometheus text format (reference integrations-and-sinks 2.6): lines that are none, and NaN, are passed over. */
export function figuresOfMetrics(text: string): readonly Figure[] {
  const figures: Figure[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#') || line.length > MAX_LINE) continue;
    const [, name, labelText, valueText] = LINE.exec(line.trim()) ?? [];
    const value = Number(valueText);
    if (name === undefined || !Number.isFinite(value)) continue;
    figures.push({ name, labels: labelsOf(labelText ?? ''), value });
    if (figures.length === MAX_FIGURES) break;
  }
  return figures;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(LABEL)) {
    if (name !== '__proto__')
      labels[name!] = value!.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

/** Flat statistics (2.5): numbers, and percentages written as text; other texts and null are no figures. */
export function figuresOfStats(body: unknown): readonly Figure[] {
  if (!isObject(body)) return [];
  return Object.entries(body)
    .flatMap(([name, value]) => {
      const percent = typeof value === 'string' ? /^(\d{1,3}(?:\.\d+)?)%$/.exec(value)?.[1] : undefined;
      const number = percent === undefined ? value : Number(percent);
      if (typeof number !== 'number' || !Number.isFinite(number) || name.length > 1000 || name === '__proto__')
        return [];
      return [{ name, labels: {}, value: number }];
    })
    .slice(0, MAX_FIGURES);
}
