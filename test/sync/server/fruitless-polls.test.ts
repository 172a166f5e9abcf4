import { expect, test } from 'vitest';
import { FruitlessPolls } from '../../../src/sync/server/fruitless-polls.js';

test('what waits is tried again when something was written, rights have changed, or a minute has passed', () => {
  let now = 0;
  const polls = new FruitlessPolls(() => now);
  expect(polls.has('id:ann', '1 w')).toBe(false);
  polls.add('id:ann', '1 w');
  expect(polls.has('id:ann', '1 w')).toBe(true);
  expect(polls.has('id:ben', '1 w')).toBe(false);
  expect(polls.has('id:ann', '2 w')).toBe(false);
  expect(polls.has('id:ann', '1 other')).toBe(false);
  now = 60_000;
  expect(polls.has('id:ann', '1 w')).toBe(false);
});

test('no more than 10,000 sources are remembered', () => {
  const polls = new FruitlessPolls();
  for (let i = 0; i <= 10_000; i++) polls.add(`id:${i}`, '1');
  expect(polls.has('id:0', '1')).toBe(false);
  expect(polls.has('id:1', '1')).toBe(true);
});
