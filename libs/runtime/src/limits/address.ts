import { isIPv6 } from 'node:net';

interface Asked {
  readonly ip: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * Whom a request without a valid token is counted against: the peer's address, or what the origin says in
 * `X-Forwarded-For` where the peer is this host (only the origin speaks to a service over the loopback, and it sets the
 * header itself). Of an IPv6 address the /64: one customer has at least that many.
 */
export function addressOf({ ip, headers }: Asked): string {
  const forwarded = headers['x-forwarded-for'];
  if (typeof forwarded !== 'string' || !isLoopback(ip)) return network(ip);
  return network(forwarded.slice(forwarded.lastIndexOf(',') + 1).trim());
}

function isLoopback(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1' || ip.startsWith('::ffff:127.');
}

function network(address: string): string {
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7);
  if (!isIPv6(address)) return address.slice(0, 45);
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? 0 : tail.split(':').length;
  while (groups.length < 4 && groups.length + rest < 8) groups.push('0');
  return `${[...groups, ...(tail ?? '').split(':')].slice(0, 4).join(':')}::/64`;
}
