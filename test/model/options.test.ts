import { describe, expect, test } from 'vitest';
import { optionsOf, refuseUnknownOptions, requireVersion } from '../../src/model/options.js';

const KNOWN = ['since', 'until', 'tables', 'excludeSite', 'onUnknown', 'limit'];
const refuse = (option: string) => () => refuseUnknownOptions('f()', { [option]: 1 }, KNOWN);

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
  refuseUnknownOptions('f()', { since: undefined, limit: 2 }, KNOWN);
  refuseUnknownOptions('f()', {}, []);
});

test('optionsOf takes exactly the options of a type', () => {
  interface Options {
    readonly by?: string;
    readonly rows?: number;
  }
  expect(optionsOf<Options>({ by: true, rows: true })).toEqual(['by', 'rows']);
  // @ts-expect-error contract: an option that is missing
  optionsOf<Options>({ by: true });
  // @ts-expect-error contract: one that the type does not have
  optionsOf<Options>({ by: true, rows: true, row: true });
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
