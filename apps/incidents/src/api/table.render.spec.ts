import { describe, expect, it } from '@jest/globals';
import { csv, html, tableOf } from './table.render.js';

const table = tableOf('history', ['service', 'up', 'seconds'] as const, [
  { service: 'a "quoted", one', up: true, seconds: 1.5 },
  { service: '=cmd|calc', up: false, seconds: null },
  { service: '<script>&\'"', up: false, seconds: -3 },
]);

describe('a table', () => {
  it('as CSV quotes what needs it, and lets no cell be a formula', () =>
    expect(csv(table)).toBe(
      'service,up,seconds\r\n"a ""quoted"", one",true,1.5\r\n\'=cmd|calc,false,\r\n"<script>&\'""",false,-3\r\n',
    ));
  it('as HTML escapes every text', () => {
    const page = html('<b>', [table], '/next?a=1&b="2"');
    expect(page).toContain('<td>&lt;script&gt;&amp;&#39;&quot;</td>');
    expect(page).toContain('<title>&lt;b&gt;</title>');
    expect(page).toContain('href="/next?a=1&amp;b=&quot;2&quot;"');
    expect(page).not.toContain('<script');
  });
});
