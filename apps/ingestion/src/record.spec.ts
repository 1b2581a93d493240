import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { headersOf } from '#libs/contracts';
import { originOf, recordOf } from './record.js';

const text = fc.string({ unit: 'binary' }).map((any) => any.toWellFormed());

describe('recordOf', () => {
  it('writes the JSON of the envelope, whatever is in it', () => {
    fc.assert(
      fc.property(
        text,
        fc.jsonValue(),
        fc.record({ id: text, correlationId: text, causationId: text, subject: text, name: text }),
        (name, payload, say) => {
          const draft = {
            index: 0,
            name,
            payload,
            schemaVersion: 2,
            time: '2026-11-20T09:38:13.321Z',
            subject: say.subject,
          };
          const caller = { organizationId: 'o', projectId: 'p', tokenId: 't', name: say.name, sourceType: say.name };
          const versions = { [say.name]: payload };
          const given = { id: say.id, correlationId: say.correlationId, causationId: say.causationId, versions };
          const origin = originOf(caller, 'events', '2026-11-20T09:38:14.000Z');
          const { value, key, headers } = recordOf({ ...draft, given }, say.id, origin);
          const event = JSON.parse(value.toString()) as Parameters<typeof headersOf>[0];
          expect(event).toEqual({
            name,
            payload: JSON.parse(JSON.stringify(payload)) as unknown,
            metadata: {
              id: say.id,
              time: draft.time,
              recordedAt: origin.recordedAt,
              source: say.name,
              subject: say.subject,
              organizationId: 'o',
              projectId: 'p',
              correlationId: say.correlationId,
              causationId: say.causationId,
              schemaVersion: 2,
              versions: JSON.parse(JSON.stringify(versions)) as unknown,
              sourceId: 't',
              sourceType: say.name,
            },
          });
          expect(headers).toEqual(headersOf(event));
          expect(key).toBe(`o/${say.subject}`);
        },
      ),
    );
  });

  it('starts a chain of its own and a stream of its own where the sender names none', () => {
    const draft = { index: 0, name: 'x', payload: null, schemaVersion: 1, time: '2026-11-20T09:38:13.321Z' };
    const caller = { organizationId: 'o', projectId: 'p', tokenId: 't', name: 'n', sourceType: null };
    const record = recordOf(draft, 'i', originOf(caller, 'events', draft.time));
    const { metadata } = JSON.parse(record.value.toString()) as { metadata: Record<string, unknown> };
    expect(metadata).toMatchObject({ correlationId: 'i', causationId: null, subject: 'event/i', versions: {} });
    expect(metadata).not.toHaveProperty('sourceType');
  });
});
