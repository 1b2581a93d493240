import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Addresses at which no database lives and much may be learnt: link-local ones (where clouds keep their machines'
 * credentials), unspecified, multicast. Private ones and this host are where databases are.
 */
const forbidden = new BlockList();
forbidden.addSubnet('0.0.0.0', 8, 'ipv4');
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('224.0.0.0', 3, 'ipv4');
forbidden.addAddress('100.100.100.200', 'ipv4');
forbidden.addAddress('::', 'ipv6');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addSubnet('ff00::', 8, 'ipv6');
forbidden.addAddress('fd00:ec2::254', 'ipv6');

/** Whether a node may not be asked at this address. */
export function isForbidden(address: string): boolean {
  const version = isIP(address);
  if (version === 0) return true;
  return forbidden.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** The host of `host:port` where it is an address that is forbidden: names are judged by what they resolve to. */
export function isForbiddenHost(endpoint: string): boolean {
  const host = endpoint.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && isForbidden(host);
}

/** Resolves a name for the very connection that is made, so that it cannot become another one in between. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    if (addresses.some(({ address }) => isForbidden(address))) {
      return callback(Object.assign(new Error('a forbidden address'), { code: 'EFORBIDDEN' }), []);
    }
    const [first] = addresses;
    if (options.all) callback(null, addresses);
    else callback(null, first!.address, first!.family);
  });
};
