/** What became of samples: taken (some perhaps refused for good), to come again, or too many for one request. */
export type Posted =
  | { readonly kind: 'taken'; readonly rejected: readonly { readonly index: number; readonly reason: string }[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs: number | undefined };

const PATIENCE = 20_000;

/**
 * Posts samples. What is the server's trouble, or may be mended by somebody (a wrong token, a wrong address), is to come
 * again; only a body that can never be taken is refused.
 */
export async function postSamples(
  url: string,
  token: string | undefined,
  samples: readonly Record<string, unknown>[],
  stop: AbortSignal,
): Promise<Posted> {
  try {
    const answer = await fetch(`${url}/tocsin/v1/samples`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(samples),
      signal: AbortSignal.any([stop, AbortSignal.timeout(PATIENCE)]),
    });
    return await judged(answer);
  } catch (error) {
    const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
    return {
      kind: 'later',
      reason: `nothing answers at ${url} (${cause?.code ?? cause?.message ?? name})`,
      afterMs: undefined,
    };
  }
}

async function judged(answer: Response): Promise<Posted> {
  const text = await answer.text();
  if (answer.status === 202) {
    const { rejected = [] } = JSON.parse(text) as { rejected?: { index: number; reason: string }[] };
    return { kind: 'taken', rejected };
  }
  if (answer.status === 413) return { kind: 'too-large' };
  const reason = `${answer.status} ${text.slice(0, 300)}`;
  if (answer.status === 400 || answer.status === 415 || answer.status === 422) return { kind: 'refused', reason };
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return { kind: 'later', reason, afterMs: Number.isFinite(seconds) ? Math.min(seconds, 300) * 1000 : undefined };
}
