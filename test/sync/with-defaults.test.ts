import { expect, test } from 'vitest';
import { withDefaults } from '../../src/sync/with-defaults.js';
import { connect, contents, note, notes, openSite, serve } from './world.js';

interface Options {
  readonly size?: number | undefined;
  readonly name?: string | undefined;
}

test('an option that is undefined has its default, others have their value, falsy or not', () => {
  const defaults = { size: 5, name: 'a' };
  expect(withDefaults<Options>(defaults, undefined)).toEqual(defaults);
  expect(withDefaults<Options>(defaults, {})).toEqual(defaults);
  expect(withDefaults<Options>(defaults, { size: undefined, name: '' })).toEqual({
    size: 5,
    name: '',
  });
  expect(withDefaults<Options>(defaults, { size: 0 })).toEqual({ size: 0, name: 'a' });
});

test('options of client and handler may be undefined', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await a.db.insert(notes).values(note('1'));
  const handler = serve(server, {
    limits: { maxChanges: undefined, bodyTimeoutMs: undefined },
    live: { pollMs: undefined },
  });
  const sync = connect(a, handler, {
    retry: { attempts: undefined },
    continuous: { localPollMs: undefined },
    tables: undefined,
    headers: undefined,
    format: undefined,
    timeoutMs: undefined,
  });
  await sync.sync();
  expect(await contents(server)).toBe(await contents(a));
});
