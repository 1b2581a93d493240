import { describe, expect, it } from '@jest/globals';
import { readBody } from './body.js';

const JSON_TYPE = 'application/json';
const read = (text: string, type?: string) => readBody(Buffer.from(text), type);

describe('a body', () => {
  it('may be empty, whatever its type', async () => {
    expect(await read('', JSON_TYPE)).toEqual({ values: {}, form: false });
    expect(await readBody(undefined, undefined)).toEqual({ values: {}, form: false });
  });

  it('keeps the digits of a number that is too long for one', async () => {
    const { values } = await read(
      '{"source_incident_id": 12345678901234567890, "level": 3, "d": "1234567890123456789"}',
      JSON_TYPE,
    );
    expect(values).toEqual({ source_incident_id: '12345678901234567890', level: 3, d: '1234567890123456789' });
  });

  it('leaves the digits of fractions and exponents alone', async () => {
    const text = '{"a": 12345678901234567890, "b": 0.04901049706347794, "c": [1e-1234567890123456, -2.5e+10]}';
    const { values } = await read(text, JSON_TYPE);
    expect(values).toEqual({ a: '12345678901234567890', b: 0.04901049706347794, c: [0, -2.5e10] });
  });

  it('keeps them beside texts of any length', async () => {
    const text = '\\"1234567890123456 '.repeat(50_000);
    const { values } = await read(`{"d": "${text}", "id": 12345678901234567890}`, JSON_TYPE);
    expect(values).toEqual({ d: '"1234567890123456 '.repeat(50_000), id: '12345678901234567890' });
  });

  it.each([
    ['[]', 'list'],
    ['"a"', 'str'],
    ['1', 'int'],
    ['1.5', 'float'],
    ['true', 'bool'],
    ['null', 'NoneType'],
  ])('%s is no object', async (text, type) => {
    const body = { non_field_errors: [`Invalid data. Expected a dictionary, but got ${type}.`] };
    await expect(read(text, JSON_TYPE)).rejects.toMatchObject({ status: 400, body });
  });

  it('that cannot be read is 400', async () => {
    for (const text of ['{', '{"a":1}x', '\ufeff{}', '['.repeat(100_000)]) {
      await expect(read(text, JSON_TYPE)).rejects.toMatchObject({ status: 400 });
    }
    await expect(readBody(Buffer.from([0x22, 0xff, 0x22]), JSON_TYPE)).rejects.toMatchObject({ status: 400 });
    await expect(read('{"__proto__":{"a":1}}', JSON_TYPE)).rejects.toMatchObject({ status: 400 });
    await expect(read('no form', 'multipart/form-data; boundary=x')).rejects.toMatchObject({ status: 400 });
  });

  it('may be a form', async () => {
    const { values, form } = await read(
      'level=3&level=4&tags[0]tag=a%3Db&tags[1].tag=c%3Dd+e&ids=1&ids=2&ack.timestamp=t',
      'application/x-www-form-urlencoded',
    );
    expect(form).toBe(true);
    expect(values).toEqual({
      level: '4',
      tags: [{ tag: 'a=b' }, { tag: 'c=d e' }],
      ids: ['1', '2'],
      ack: { timestamp: 't' },
    });
  });

  it('may come in parts', async () => {
    const parts = '--x\r\nContent-Disposition: form-data; name="description"\r\n\r\nsw1 dæwn\r\n--x--\r\n';
    expect(await read(parts, 'multipart/form-data; boundary=x')).toEqual({
      values: { description: 'sw1 dæwn' },
      form: true,
    });
  });
});
