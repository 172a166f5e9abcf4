import { describe, expect, test } from 'vitest';
import { sleep, withDeadline } from '../../src/sync/delay.js';

const never = () => new Promise<never>(() => {});
const signal = new AbortController().signal;

describe('sleep', () => {
  test('fails at once with a signal that is aborted', async () => {
    await expect(sleep(60_000, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });

  test('fails when the signal is aborted', async () => {
    const abort = new AbortController();
    const slept = sleep(60_000, abort.signal);
    abort.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
  });

  test.each([Number.POSITIVE_INFINITY, 2 ** 31, 1e12])(
    'of %d ms does not end at once',
    async (ms) => {
      const first = await Promise.race([
        sleep(ms, signal).then(() => 'long'),
        sleep(30, signal).then(() => 'short'),
      ]);
      expect(first).toBe('short');
    },
  );
});

describe('a deadline', () => {
  const deadline = { ms: 20, error: () => new Error('late') };

  test('does not touch work that ends in time', async () => {
    let given: AbortSignal | undefined;
    const work = async (signal: AbortSignal) => {
      given = signal;
      return 1;
    };
    expect(await withDeadline(deadline, work)).toBe(1);
    await sleep(40, signal);
    expect(given!.aborted).toBe(false);
  });

  test('fails work that does not, and aborts its signal', async () => {
    let given: AbortSignal | undefined;
    const work = (signal: AbortSignal) => {
      given = signal;
      return never();
    };
    await expect(withDeadline(deadline, work)).rejects.toThrow('late');
    expect(given!.reason).toMatchObject({ message: 'late' });
  });

  test('ends earlier if its own signal is aborted, before or meanwhile', async () => {
    const aborted = AbortSignal.abort(new Error('before'));
    const long = { ms: 60_000, error: () => new Error('late') };
    await expect(withDeadline({ ...long, signal: aborted }, never)).rejects.toThrow('before');
    const abort = new AbortController();
    const running = withDeadline({ ...long, signal: abort.signal }, never);
    abort.abort(new Error('meanwhile'));
    await expect(running).rejects.toThrow('meanwhile');
  });

  test('passes on the error of the work', async () => {
    const failing = () => Promise.reject(new Error('its own'));
    await expect(withDeadline(deadline, failing)).rejects.toThrow('its own');
  });
});
