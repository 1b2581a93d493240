import { describe, expect, it } from '@jest/globals';
import { traceOfRecord, traceOfRequest } from './trace.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the trace of a line', () => {
  it('is what the caller sent, beside the request id', () => {
    const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
    expect(traceOfRequest({ id: 'r1', headers })).toEqual({ requestId: 'r1', traceId: TRACE });
    expect(traceOfRecord({ headers })).toEqual({ traceId: TRACE });
  });

  it.each([
    ['nothing', undefined],
    ['nonsense', 'x'],
    ['what would forge a line', `00-${TRACE}"}\n{-00f067aa0ba902b7-01`],
    ['the invalid trace of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
  ])('is left out where %s was sent', (_, traceparent) => {
    expect(traceOfRequest({ id: 'r1', headers: { traceparent } })).toEqual({ requestId: 'r1' });
    expect(traceOfRecord({ headers: { traceparent } })).toEqual({});
  });
});
