import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Message } from '../../sink.js';
import { renderSlack } from './slack.render.js';
import { clean, cut, link } from './slack.text.js';

const folder = new URL('./fixtures/', import.meta.url);
const read = <T>(file: string): T => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as T;
const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.in.json'))
  .map((file) => file.replace('.in.json', ''));

describe('renderSlack', () => {
  it.each(cases)('%s: keeps to the limits of an edit, mentions nobody, splits no character', (name) => {
    const message = renderSlack(read<Message>(`${name}.in.json`));
    const texts = JSON.stringify(message);
    expect(message.text.length).toBeLessThanOrEqual(4000);
    expect(message.attachments[0].title.length).toBeLessThanOrEqual(1024);
    expect(texts.length).toBeLessThan(16_000);
    expect(texts).not.toMatch(/[<>]/);
    expect(texts.isWellFormed()).toBe(true);
    expect(texts).not.toMatch(/&(?!amp;|lt;|gt;)(?![a-z]=)/);
  });
});

describe('cut', () => {
  it('leaves a text that fits', () => {
    expect(cut('a & b', 9)).toEqual({ text: 'a &amp; b', complete: true });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('never goes over a limit of %i, nor splits an entity or an emoji', (limit) => {
    const { text } = cut('&👍<👍', limit + 1);
    expect(text.length).toBeLessThanOrEqual(limit + 1);
    expect(text).toMatch(/^(&amp;|&lt;|&gt;|👍)*…$/u);
  });
});

describe('clean', () => {
  it('keeps writing of every direction and drops what would turn it around', () => {
    expect(clean('שלום\u202e abc\u2066 د\r\nx\ty\u0007')).toBe('שלום abc د\nx\ty');
  });
});

describe('link', () => {
  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'not a url',
    '',
    'file:///etc/passwd',
    `https://e.org/${'x'.repeat(2000)}`,
  ])('refuses %j', (address) => {
    expect(link(address)).toBeUndefined();
  });

  it('leaves nothing that could end the link', () => {
    expect(link('https://e.org/?q=<x>|y')).toMatch(/^https:\/\/e\.org\/\?q=%3Cx%3E%7Cy$/);
  });
});
