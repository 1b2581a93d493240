import { notFound } from './argus-error.js';

const KEY = /^(?:0|[1-9]\d{0,14})$/;

/** The integer key in a path. @throws ArgusError 404 "Not found." for what is none */
export function keyOf(text: string): number {
  if (KEY.test(text)) return Number(text);
  throw notFound();
}
