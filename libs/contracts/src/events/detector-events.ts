import { z } from 'zod';
import { defineEvent } from '../event.js';
import { text } from '../fields.js';
import { joinKey } from '../key.js';
import { name } from '../samples/sample-fields.js';

export const DetectorConfigured = defineEvent({
  name: 'DetectorConfigured',
  schema: z.looseObject({
    detector: text(128),
    /** Absent for all clusters of the organisation. */
    clusterId: name.optional(),
    /** What differs from the rule's defaults (with a cluster: from those of the organisation); empty: nothing. */
    settings: z.record(text(128), z.number()),
    /** 1, 2, 3 ... within organisation, detector and cluster. */
    revision: z.int().positive(),
    /** First record of each partition of the telemetry topic that is decided with them. */
    effectiveFrom: z
      .array(z.looseObject({ partition: z.int().nonnegative(), offset: z.int().nonnegative() }))
      .max(10_000),
  }),
  says: 'The settings of a detector are others, from an offset of the telemetry on.',
  subjectOf: ({ detector, clusterId }) => joinKey('detector', detector, clusterId ?? ''),
});
