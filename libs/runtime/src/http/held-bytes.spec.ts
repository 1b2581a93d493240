import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { HeldBytes } from './held-bytes.js';

const KIB = 1024;
const request = (headers: Record<string, string>): FastifyRequest => ({ headers }) as unknown as FastifyRequest;
const reply = (): FastifyReply & { raw: EventEmitter } => ({ raw: new EventEmitter() }) as never;
const ofLength = (bytes: number): FastifyRequest => request({ 'content-length': String(bytes) });

describe('held bytes', () => {
  it('have a bound, and room again when an answer is done or a connection broke', () => {
    const held = new HeldBytes(300 * KIB);
    const first = reply();
    expect(held.admit(ofLength(200 * KIB), first)).toBe(true);
    expect(held.admit(ofLength(200 * KIB), reply())).toBe(false);
    first.raw.emit('close');
    expect(held.admit(ofLength(200 * KIB), reply())).toBe(true);
  });

  it('do not count small bodies, nor those that are refused for their size', () => {
    const held = new HeldBytes(100 * KIB);
    for (let i = 0; i < 1000; i++) expect(held.admit(ofLength(10 * KIB), reply())).toBe(true);
    expect(held.admit(ofLength(50 * 1024 * KIB), reply())).toBe(true);
    expect(held.admit(request({}), reply())).toBe(true);
  });

  it('take the limit of the route for a body that does not say how long it is', () => {
    const held = new HeldBytes(300 * KIB);
    expect(held.admit(request({ 'transfer-encoding': 'chunked' }), reply(), 400 * KIB)).toBe(false);
    expect(held.admit(request({ 'transfer-encoding': 'chunked' }), reply(), 200 * KIB)).toBe(true);
  });
});
