import { expect, test } from 'vitest';
import { commentText, quoteBlob, quoteName, quoteReal, quoteText } from '../../src/sql/quote.js';
import { memoryClient } from '../support/client.js';

test('literals read back as what they were written from', async () => {
  const client = memoryClient({ intMode: 'bigint' });
  const hexOf = async (literal: string) => {
    const { rows } = await client.execute(`SELECT typeof(${literal}), hex(${literal})`);
    return [rows[0]![0], rows[0]![1]];
  };
  for (const text of ['', "it's", "''", 'a\0b', '\0', '\u{1F600}', 'x\ny', '\\', '"', '--', '?']) {
    expect(await hexOf(quoteText(text))).toEqual([
      'text',
      Buffer.from(text).toString('hex').toUpperCase(),
    ]);
  }
  for (const bytes of [[], [0], [255, 1]]) {
    const expected = Buffer.from(bytes).toString('hex').toUpperCase();
    expect(await hexOf(quoteBlob(Uint8Array.from(bytes)))).toEqual(['blob', expected]);
  }
  for (const real of [
    0,
    -0,
    1,
    -1,
    0.1,
    1e21,
    1e-7,
    5e-324,
    1.7976931348623157e308,
    2 ** 60,
    Infinity,
    -Infinity,
  ]) {
    const { rows } = await client.execute(`SELECT typeof(${quoteReal(real)}), ${quoteReal(real)}`);
    expect(rows[0]![0]).toBe('real');
    expect(Object.is(rows[0]![1], real), String(real)).toBe(true);
  }
});

test('names and comments cannot be left', () => {
  expect(quoteName('a"b')).toBe('"a""b"');
  expect(commentText('x */ DROP /* y')).not.toContain('*/');
});
