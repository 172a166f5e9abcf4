import { expect, test } from 'vitest';
import { reuse } from '../../src/live-queries/reuse.js';

const row = (id: string, more: object = {}) => ({
  id,
  at: new Date(5),
  data: new Uint8Array([1, 2]),
  ...more,
});

test('an equal result is the same object, also with dates and bytes in it', () => {
  const before = [row('a', { tags: ['x', { y: null }] }), row('b')];
  expect(reuse(before, structuredClone(before))).toBe(before);
  expect(reuse(undefined, before)).toBe(before);
  expect(reuse(Number.NaN, Number.NaN)).toBeNaN();
});

test('unchanged rows keep their identity when others come and go', () => {
  const before = [row('a'), row('b'), row('c')];
  const now = reuse(before, [row('z'), row('a'), row('c', { title: 'new' }), row('b')]);
  expect(now).toEqual([row('z'), row('a'), row('c', { title: 'new' }), row('b')]);
  expect(now[1]).toBe(before[0]);
  expect(now[3]).toBe(before[1]);
  expect(now[2]).not.toBe(before[2]);
});

test('parts of a changed row keep theirs, and an order is a change', () => {
  const before = [{ id: 'p', name: 'old', tasks: [row('a'), row('b')] }];
  const [project] = reuse(before, [{ id: 'p', name: 'new', tasks: [row('a'), row('b')] }]);
  expect(project!.tasks).toBe(before[0]!.tasks);
  const turned = reuse(before, [{ id: 'p', name: 'old', tasks: [row('b'), row('a')] }]);
  expect(turned).not.toBe(before);
  expect(turned[0]!.tasks[0]).toBe(before[0]!.tasks[1]);
});

test.each([
  ['another key', [{ a: 1 }], [{ b: 1 }]],
  ['a missing key', [{ a: 1, b: undefined }], [{ a: 1 }]],
  ['another type', [{ a: 1 }], [{ a: '1' }]],
  ['-0', [0], [-0]],
  ['a date', [new Date(1)], [new Date(2)]],
  ['bytes', [new Uint8Array([1])], [new Uint8Array([2])]],
  ['fewer rows', [1, 2], [1]],
  ['no rows', [1], []],
  ['a value of a class', [new Map()], [new Map()]],
])('%s is a change', (_, before, now) => {
  const result = reuse<unknown>(before, now);
  expect(result).not.toBe(before);
  expect(result).toEqual(now);
});

test('rows of a join are found by their first table', () => {
  const of = (id: string) => ({ projects: { id }, tasks: null });
  const before = [of('a'), of('b')];
  const now = reuse(before, [of('b')]);
  expect(now[0]).toBe(before[1]);
});
