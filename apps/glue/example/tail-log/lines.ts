import { type Operation } from '../../src/index.js';

/** `2026-11-20T10:00:00Z DOWN sw1 does not answer`, later `2026-11-20T10:05:00Z UP sw1`. */
const LINE = /^(\S+) (DOWN|UP|INFO) (\S+)(?: (.*))?$/;

/**
 * What a line of the log asks for (pure). The device is the id: when it goes down again, its incident is restarted.
 * @returns nothing for a line that is not understood: a log holds other things as well
 */
export function operationsOf(line: string): Operation[] {
  const [, time, word, device, text = ''] = LINE.exec(line) ?? [];
  if (time === undefined || device === undefined || Number.isNaN(Date.parse(time))) return [];
  switch (word) {
    case 'DOWN':
      return [
        {
          kind: 'open',
          incident: {
            source_incident_id: device,
            start_time: time,
            description: `${device} ${text}`.trim(),
            level: 2,
            tags: [{ tag: `host=${device}` }],
          },
        },
      ];
    case 'UP':
      return [{ kind: 'close', id: device, time, description: text }];
    default:
      return [{ kind: 'note', id: device, time, description: text }];
  }
}
