// Text of other people on its way into a Slack message. Reference integrations-and-sinks 3.2.

/** Explicit marks and overrides of writing direction: they could make a text read as what it is not. */
const DIRECTION = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text without control characters, direction overrides and halves of surrogate pairs. Line breaks and tabs stay. */
export function clean(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROL, '').replace(DIRECTION, '').toWellFormed();
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** With `&`, `<` and `>` escaped no text is a mention (`<!channel>`, `<@U1>`) or a link of its writer. */
export function escape(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character]!);
}

export interface Cut {
  /** Escaped; at most the limit long, counted in UTF-16 units as the escaped text has them. */
  readonly text: string;
  readonly complete: boolean;
}

const MARKER = '…';

/** Cleans and escapes `text` and cuts what is over `limit` at a code point, never inside an entity. */
export function cut(text: string, limit: number): Cut {
  const whole = escape(clean(text));
  if (whole.length <= limit) return { text: whole, complete: true };
  let kept = '';
  for (const character of clean(text)) {
    const escaped = ENTITIES[character] ?? character;
    if (kept.length + escaped.length > limit - MARKER.length) break;
    kept += escaped;
  }
  return { text: kept.trimEnd() + MARKER, complete: false };
}

/** An absolute http(s) address as it may stand inside `<...|...>`, or undefined. */
export function link(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  const usable = (protocol === 'http:' || protocol === 'https:') && href.length <= 2000;
  return usable ? href.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E') : undefined;
}
