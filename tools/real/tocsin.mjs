/** A running Tocsin, as the two scenarios ask it. */
export class Tocsin {
  /** @param {{ url: string, token: string }} where the origin, and a token that may send and read */
  constructor({ url, token }) {
    this.url = url;
    this.token = token;
  }

  get host() {
    return new URL(this.url).host;
  }

  /** @returns {Promise<any[]>} the incidents that carry a tag */
  incidents(tag) {
    return this.list(`/tocsin/v1/incidents?limit=1000&tag=${encodeURIComponent(tag)}`);
  }

  /** @returns {Promise<any[]>} the history of service status in a partition, oldest first */
  history(partition) {
    return this.list(`/tocsin/v1/services/${encodeURIComponent(partition)}/history?limit=1000`);
  }

  /** @throws Error naming what was answered instead of 200 */
  async list(path) {
    const answer = await fetch(this.url + path, { headers: { authorization: `Bearer ${this.token}` } });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()).items;
  }
}

/** `p50 12 ms, p99 40 ms, max 44 ms` of milliseconds. @param {number[]} values */
export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}
