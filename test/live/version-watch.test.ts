import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { VersionWatch, versionWatchOf } from '../../src/live/version-watch.js';
import { note, notes, openSite } from '../sync/world.js';

/** Waits until all promises that are settled have run, and `ms` on the fake clock have passed. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A watch on a number, which counts its looks. */
function watched(version = 1) {
  const state = { version, looks: 0, fails: false };
  const watch = new VersionWatch(async () => {
    state.looks++;
    if (state.fails) throw new Error('no database');
    return state.version;
  });
  return { state, watch };
}

function subscriber(pollMs = 100) {
  const versions: number[] = [];
  const errors: unknown[] = [];
  return {
    versions,
    errors,
    options: {
      pollMs,
      onVersion: (version: number) => versions.push(version),
      onError: (error: unknown) => errors.push(error),
    },
  };
}

describe('with a fake clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('a subscriber gets the version soon, and again when it has changed', async () => {
    const { state, watch } = watched(7);
    const { versions, options } = subscriber();
    watch.subscribe(options);
    await pass(0);
    expect(versions).toEqual([7]);
    await pass(250);
    expect([versions, state.looks]).toEqual([[7], 3]);
    state.version = 8;
    await pass(100);
    expect(versions).toEqual([7, 8]);
  });

  test('nobody looks and no timer runs before the first subscriber and after the last', async () => {
    const { state, watch } = watched();
    watch.notify();
    watch.revive();
    expect(vi.getTimerCount()).toBe(0);
    const [first, second] = [subscriber(), subscriber()];
    const ends = [watch.subscribe(first.options), watch.subscribe(second.options)];
    await pass(0);
    ends[0]!();
    expect(vi.getTimerCount()).toBe(1);
    ends[1]!();
    ends[1]!();
    const { looks } = state;
    await pass(10_000);
    expect([vi.getTimerCount(), state.looks - looks]).toEqual([0, 0]);
  });

  test('one look serves all, as often as the most impatient wants', async () => {
    const { state, watch } = watched();
    const subscribers = Array.from({ length: 100 }, () => subscriber(1_000));
    for (const { options } of subscribers) watch.subscribe(options);
    await pass(3_000);
    expect(state.looks).toBe(4);
    expect(subscribers.every(({ versions }) => versions.join() === '1')).toBe(true);
    const end = watch.subscribe(subscriber(100).options);
    await pass(1_000);
    expect(state.looks).toBe(14);
    end();
    await pass(2_000);
    expect(state.looks).toBe(16);
  });

  test('who subscribes while others do gets what the last look saw, without another', async () => {
    const { state, watch } = watched();
    watch.subscribe(subscriber().options);
    await pass(10);
    const { versions, options } = subscriber();
    watch.subscribe(options);
    await pass(0);
    expect([versions, state.looks]).toEqual([[1], 1]);
  });

  test('after a pause the version is looked up anew', async () => {
    const { state, watch } = watched();
    watch.subscribe(subscriber().options)();
    await pass(0);
    state.version = 2;
    const { versions, options } = subscriber();
    await pass(1_000);
    watch.subscribe(options);
    await pass(0);
    expect(versions).toEqual([2]);
  });

  test('a local write is noticed at once, and many take one look', async () => {
    const { state, watch } = watched();
    const { versions, options } = subscriber(60_000);
    watch.subscribe(options);
    await pass(20);
    for (let i = 0; i < 1_000; i++) {
      state.version++;
      watch.notify();
    }
    await pass(0);
    expect([versions, state.looks]).toEqual([[1, 1_001], 2]);
    state.version++;
    watch.notify();
    await pass(10);
    expect([versions, state.looks]).toEqual([[1, 1_001, 1_002], 3]);
  });

  test('a write during a look is not missed', async () => {
    let version = 1;
    let answer = (_: number) => {};
    const watch = new VersionWatch(
      () =>
        new Promise((resolve) => {
          const read = version;
          answer = () => resolve(read);
        }),
    );
    const { versions, options } = subscriber(60_000);
    watch.subscribe(options);
    await pass(0);
    version = 2;
    watch.notify();
    answer(1);
    await pass(10);
    answer(2);
    await pass(0);
    expect(versions).toEqual([1, 2]);
  });

  test('an apply reports its version without a look, and an older look does not undo it', async () => {
    let answer = (_: number) => {};
    const watch = new VersionWatch(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const { versions, options } = subscriber();
    watch.subscribe(options);
    await pass(0);
    watch.advance(5);
    expect(versions).toEqual([5]);
    watch.advance(4);
    answer(3);
    await pass(0);
    expect([versions, watch.version]).toEqual([[5], 5]);
    await pass(100);
    answer(6);
    await pass(0);
    expect(versions).toEqual([5, 6]);
  });

  test('a database that was replaced by an older copy is noticed', async () => {
    const { state, watch } = watched(9);
    const { versions, options } = subscriber();
    watch.subscribe(options);
    await pass(0);
    state.version = 3;
    await pass(100);
    expect(versions).toEqual([9, 3]);
  });

  test('a look that fails reaches onError, is repeated ever more rarely, and then all goes on', async () => {
    const { state, watch } = watched();
    const { versions, errors, options } = subscriber();
    state.fails = true;
    watch.subscribe(options);
    await pass(0);
    expect(errors).toEqual([new Error('no database')]);
    await pass(60_000);
    // After 100, 200, 400 ... 3,200 ms, then every 5 s.
    expect(errors).toHaveLength(17);
    state.fails = false;
    await pass(5_000);
    expect(versions).toEqual([1]);
    state.version = 2;
    await pass(100);
    expect(versions).toEqual([1, 2]);
  });

  test('a subscriber that throws is told so, and the others are called', async () => {
    const { watch } = watched();
    const { errors, options } = subscriber();
    const bad = () => {
      throw new Error('my own');
    };
    watch.subscribe({ ...options, onVersion: bad });
    const { versions, options: good } = subscriber();
    watch.subscribe(good);
    await pass(0);
    expect([errors, versions]).toEqual([[new Error('my own')], [1]]);
  });

  test('a subscriber may end its subscription, or another one’s, while it is called', async () => {
    const { state, watch } = watched();
    const [first, second] = [subscriber(), subscriber()];
    const ends: (() => void)[] = [];
    const endAll = (version: number) => {
      first.versions.push(version);
      for (const end of ends) end();
    };
    ends.push(watch.subscribe({ ...first.options, onVersion: endAll }));
    ends.push(watch.subscribe(second.options));
    await pass(0);
    state.version = 2;
    await pass(1_000);
    expect([first.versions, second.versions, vi.getTimerCount()]).toEqual([[1], [], 0]);
  });

  test('polling that died with the request it ran in is resumed', async () => {
    let dead = true;
    let looks = 0;
    const watch = new VersionWatch(() => {
      looks++;
      return dead ? new Promise(() => {}) : Promise.resolve(7);
    });
    const { versions, options } = subscriber();
    watch.subscribe(options);
    await pass(9_000);
    watch.revive();
    expect(looks).toBe(1); // It may just be slow.
    await pass(2_000);
    dead = false;
    watch.revive();
    await pass(0);
    expect([versions, looks]).toEqual([[7], 2]);
    const lost = vi.spyOn(globalThis, 'setTimeout').mockReturnValueOnce(0 as never);
    await pass(100);
    expect([looks, vi.getTimerCount()]).toEqual([3, 0]);
    lost.mockRestore();
    await pass(1_000);
    watch.revive();
    expect(looks).toBe(3);
    await pass(2_000);
    watch.revive();
    expect(looks).toBe(4);
    await pass(100);
    expect(looks).toBe(5);
  });

  test.each([Number.POSITIVE_INFINITY, 2 ** 40])('a pollMs of %d polls never', async (pollMs) => {
    const { state, watch } = watched();
    watch.subscribe(subscriber(pollMs).options);
    await pass(3_600_000);
    expect(state.looks).toBe(1);
  });
});

describe('on a database', () => {
  test('writes of another connection are noticed by polling', async () => {
    const site = await openSite();
    const watch = new VersionWatch(() => site.crr.version());
    const { versions, options } = subscriber(5);
    const end = watch.subscribe(options);
    await vi.waitFor(() => expect(versions).toEqual([0]));
    await site.db.insert(notes).values(note('1'));
    await vi.waitFor(() => expect(versions).toEqual([0, 1]));
    end();
  });

  test('a database has one watch', async () => {
    const [a, b] = [await openSite(), await openSite()];
    const watchOf = ({ crr }: typeof a) => versionWatchOf(crr, () => crr.version());
    expect(watchOf(a)).toBe(watchOf(a));
    expect(watchOf(a)).not.toBe(watchOf(b));
  });
});
