import { problem } from '#libs/runtime';
import { Refusal } from './integration/refusal.js';

/** Runs a command; what the rules refuse becomes a problem document that names the fields. */
export async function answering<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const complaints = Object.entries(error.fields).map(([field, message]) => `${field}: ${message}`);
    throw problem(error.kind === 'deleted' ? 409 : 400, error.message, {
      ...(complaints.length > 0 ? { detail: complaints.join('; '), fields: error.fields } : {}),
    });
  }
}

/** What was looked for, or a 404 that does not tell whether somebody else has it. @throws Problem */
export function found<T>(looked: T | undefined): T {
  if (looked !== undefined) return looked;
  throw problem(404, 'Not found');
}
