import { randomUUID } from 'node:crypto';

const BASE_URL = 'https://nav.example.org/';

/**
 * Makes two source systems and a person, does `work` with the variables that the scripts read, and takes the tokens back.
 * @template T @param {{ url: string, token: string }} system `token` is an admin's
 * @param {(variables: Record<string, string>) => Promise<T>} work @returns {Promise<T>}
 */
export async function withTokens({ url, token }, work) {
  const run = randomUUID().slice(0, 8);
  const ask = (method, path, body) => request(url, token, method, path, body);
  const make = (name, kind, more) => ask('POST', '/tocsin/v1/tokens', { name: `${name}-${run}`, kind, ...more });
  const made = [
    await make('one', 'source', { sourceType: 'check', baseUrl: BASE_URL }),
    await make('two', 'source', { sourceType: 'check', baseUrl: BASE_URL }),
    await make('person', 'user'),
  ];
  try {
    return await work({
      ARGUS_ROOT: url,
      ARGUS_SOURCE_TOKEN: made[0].token,
      ARGUS_OTHER_SOURCE_TOKEN: made[1].token,
      ARGUS_PERSON_TOKEN: made[2].token,
      ARGUS_SOURCE_NAME: `one-${run}`,
      TZ: 'UTC',
    });
  } finally {
    for (const { id } of made) await ask('DELETE', `/tocsin/v1/tokens/${id}`);
  }
}

async function request(url, token, method, path, body) {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
