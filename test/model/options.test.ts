import { describe, expect, test } from 'vitest';
import {
  type KnownOptions,
  optionsOf,
  requireOptions,
  requireVersion,
} from '../../src/model/options.js';

const KNOWN: KnownOptions = {
  ...{ since: 'number', until: 'number', tables: 'list', excludeSite: 'any' },
  ...{ onUnknown: ['pending', 'error'], limit: 'number' },
} as const;
const refuse = (option: string) => () => requireOptions('f()', { [option]: 1 }, KNOWN);

describe('an unknown option', () => {
  test.each([
    ['sinse', 'since'],
    ['snice', 'since'],
    ['SINCE', 'since'],
    ['onunknown', 'onUnknown'],
    ['exclude_site', 'excludeSite'],
    ['table', 'tables'],
    ['limits', 'limit'],
  ])('%s is refused with the nearest known one, %s', (option, nearest) => {
    expect(refuse(option)).toThrow(
      expect.objectContaining({
        name: 'CrrUsageError',
        code: 'CRR_USAGE_OPTION',
        message: `f() has no option "${option}": did you mean "${nearest}"?`,
      }),
    );
  });

  test.each(['verbose', 'x', '', 'site'])(
    'that is near to none, "%s", is refused with all',
    (option) => {
      expect(refuse(option)).toThrow(
        `f() has no option "${option}": the options are since, until, tables, excludeSite, onUnknown, limit`,
      );
    },
  );
});

test('known options pass, also when they are undefined', () => {
  requireOptions('f()', { since: undefined, limit: 2 }, KNOWN);
  requireOptions('f()', {}, {});
});

test.each([
  ['since', '1', 'a number of at least 0'],
  ['since', -1, 'a number of at least 0'],
  ['since', Number.NaN, 'a number of at least 0'],
  ['since', null, 'a number of at least 0'],
  ['tables', 'notes', 'a list'],
  ['onUnknown', 'wait', "'pending' or 'error'"],
])('the option %s is refused with %j: it must be %s', (option, value, kind) => {
  expect(() => requireOptions('f()', { [option]: value }, KNOWN)).toThrow(
    expect.objectContaining({
      code: 'CRR_USAGE_OPTION',
      message: `f(): ${option} must be ${kind}`,
    }),
  );
});

test.each([
  ['boolean', 'yes', 'true or false'],
  ['function', {}, 'a function'],
  ['text', 1, 'a text'],
  ['object', 'x', 'an object'],
] as const)('a value of the kind %s is not %j: it must be %s', (kind, value, words) => {
  expect(() => requireOptions('f()', { it: value }, { it: kind })).toThrow(
    `f(): it must be ${words}`,
  );
});

test('optionsOf takes exactly the options of a type, and kinds that fit', () => {
  interface Options {
    readonly by?: string;
    readonly rows?: number | undefined;
    readonly rule?: 'one' | 'two' | undefined;
  }
  const known = { by: 'text', rows: 'number', rule: ['one', 'two'] } as const;
  expect(optionsOf<Options>(known)).toEqual(known);
  // @ts-expect-error contract: an option that is missing
  optionsOf<Options>({ by: 'text', rows: 'number' });
  // @ts-expect-error contract: one that the type does not have
  optionsOf<Options>({ ...known, row: 'any' });
  // @ts-expect-error contract: a kind that the values of the type do not have
  optionsOf<Options>({ ...known, rows: 'text' });
  // @ts-expect-error contract: a choice that the type does not have
  optionsOf<Options>({ ...known, rule: ['one', 'three'] });
});

test('a version is a safe integer, and not below the least one', () => {
  requireVersion('f()', 'since', 0);
  for (const value of [-1, 1.5, Number.NaN, 2 ** 53, '1', null, undefined]) {
    expect(() => requireVersion('f()', 'since', value)).toThrow(
      'f(): since must be an integer of at least 0',
    );
  }
  expect(() => requireVersion('f()', 'limit', 0, 1)).toThrow('at least 1');
});
