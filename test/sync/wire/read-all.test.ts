import { expect, test, vi } from 'vitest';
import { readAll } from '../../../src/sync/wire/read-all.js';

/** A stream of chunks of 10 bytes; it hangs after the last one. */
function streamOf(chunks: number, { closes = false } = {}) {
  const cancel = vi.fn();
  let pulls = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulls++;
        if (pulls <= chunks) controller.enqueue(new Uint8Array(10).fill(pulls));
        else if (closes) controller.close();
        else return new Promise(() => {});
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
  return { stream, cancel, pulls: () => pulls };
}

test('all chunks are put together', async () => {
  const { stream } = streamOf(3, { closes: true });
  const bytes = await readAll(stream, { maxBytes: 30 });
  expect([bytes.length, bytes[0], bytes[29]]).toEqual([30, 1, 3]);
});

test('a stream that is too long is canceled', async () => {
  const { stream, cancel, pulls } = streamOf(100);
  await expect(readAll(stream, { maxBytes: 25 })).rejects.toMatchObject({
    code: 'CRR_SYNC_TOO_LARGE',
  });
  expect([pulls(), cancel.mock.calls.length]).toEqual([3, 1]);
});

test('a stream that hangs is canceled when the signal is aborted', async () => {
  const { stream, cancel } = streamOf(1);
  const abort = new AbortController();
  const reading = readAll(stream, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
  expect(cancel).toHaveBeenCalledWith(expect.objectContaining({ message: 'enough' }));
});

test('with an aborted signal nothing is read', async () => {
  const { stream, cancel, pulls } = streamOf(1);
  const signal = AbortSignal.abort(new Error('before'));
  await expect(readAll(stream, { signal })).rejects.toThrow('before');
  expect([pulls(), cancel.mock.calls.length]).toEqual([0, 1]);
});

test('the error of a broken stream is passed on', async () => {
  const stream = new ReadableStream<Uint8Array>({
    pull: () => Promise.reject(new Error('broken')),
  });
  await expect(readAll(stream)).rejects.toThrow('broken');
});
