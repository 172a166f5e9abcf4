import { describe, expect, test } from 'vitest';
import { paint, paragraph, screenOf, table } from '../../demo/render.js';

const plain = { width: 40, colour: false };

describe('the tables of the demo', () => {
  test('texts stand left, numbers right', () => {
    const text = table(plain, {
      head: ['Site', 'Rows'],
      rows: [
        ['server', '9'],
        ['Ada', '1,234'],
      ],
    });
    expect(text.split('\n')).toEqual([
      '  Site     Rows',
      `  ${'─'.repeat(13)}`,
      '  server      9',
      '  Ada     1,234',
    ]);
  });

  test('the widest column gives way where the screen is narrow', () => {
    const text = table(plain, { head: ['a', 'b'], rows: [['x'.repeat(60), 'kept whole']] });
    const lines = text.split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBe(40);
    expect(lines[2]).toMatch(/^ {2}x+… {2}kept whole$/);
  });

  test('paragraphs are wrapped at spaces', () => {
    const lines = paragraph(plain, 'word '.repeat(20).trim()).split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(40);
  });
});

describe('colour', () => {
  const stream = (isTTY: boolean) => ({ isTTY, columns: 100 }) as NodeJS.WriteStream;

  test('is for terminals only, and NO_COLOR is respected', () => {
    expect(screenOf(stream(true), {})).toEqual({ width: 100, colour: true });
    expect(screenOf(stream(true), { NO_COLOR: '1' }).colour).toBe(false);
    expect(screenOf(stream(false), {}).colour).toBe(false);
  });

  test('changes nothing in plain text', () => {
    expect(paint(plain, 'red', 'text')).toBe('text');
    expect(paint({ ...plain, colour: true }, 'red', 'text')).toBe('\x1b[31mtext\x1b[0m');
  });
});
