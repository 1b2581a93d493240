import { describe, expect, it } from '@jest/globals';
// @ts-expect-error -- a script without types
import { printed } from './slack-print.mjs';

const message = {
  ts: '1795273821.000001',
  text: 'Open: the disk is full',
  attachments: [
    { color: 'danger', title: 'Incident #1', fields: [{ title: 'Level', value: '1 (critical)' }], footer: 'Tocsin' },
  ],
};

describe('a Slack message in a terminal', () => {
  it('names the colour of its bar where the terminal shows none', () => {
    expect(printed(message, { edited: false, coloured: false }).split('\n')).toEqual([
      'posted  ts 1795273821.000001',
      'Open: the disk is full',
      '[red] Incident #1',
      '[red] Level: 1 (critical)',
      '[red] Tocsin',
    ]);
  });

  it('is coloured where it may be, and says that it was edited', () => {
    const green = { ...message, attachments: [{ color: 'good', title: 'Incident #1' }] };
    const lines = printed(green, { edited: true, coloured: true }).split('\n');
    expect(lines[0]).toBe('edited  ts 1795273821.000001');
    expect(lines[2]).toBe('\u001b[32m\u2503\u001b[0m Incident #1');
  });

  it('shows what Slack escapes, and obeys nothing', () => {
    const hostile = { ts: '1', text: '&lt;!channel&gt; &amp;amp; \u001b[2J\u0007' };
    expect(printed(hostile, { edited: false, coloured: true }).split('\n')[1]).toBe('<!channel> &amp; \ufffd[2J\ufffd');
  });
});
