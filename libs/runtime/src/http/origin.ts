import { type FastifyRequest } from 'fastify';

const HOST = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * The origin that the client asked, such as `http://127.0.0.1:4000`: as the proxy before us says, else by the Host header.
 * A client can forge it for its own answer alone: nothing that we answer is kept for others.
 */
export function originOf({ headers, protocol }: Pick<FastifyRequest, 'headers' | 'protocol'>): string {
  const forwarded = [headers['x-forwarded-proto'], headers['x-forwarded-host']];
  const scheme = ['http', 'https'].find((one) => one === forwarded[0]) ?? protocol;
  const host = [forwarded[1], headers.host].find((one): one is string => typeof one === 'string' && HOST.test(one));
  return `${scheme}://${host ?? 'localhost'}`;
}
