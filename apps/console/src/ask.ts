import { request } from 'undici';

const WAIT_MS = 1_500;
const MAX_BYTES = 4 * 1024 * 1024;

/** The JSON of one service's answer, whatever its status. @throws when it does not answer in time, or at length. */
export async function ask(url: string): Promise<{ status: number; body: unknown }> {
  const answer = await request(url, {
    headersTimeout: WAIT_MS,
    bodyTimeout: WAIT_MS,
    signal: AbortSignal.timeout(WAIT_MS),
  });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    length += (chunk as Buffer).length;
    if (length > MAX_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk as Buffer);
  }
  return { status: answer.statusCode, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
}
