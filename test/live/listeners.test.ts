import { expect, test, vi } from 'vitest';
import { Listeners } from '../../src/live/listeners.js';
import { errorReporter } from '../../src/live/report-error.js';

test('every listener is called, until it is removed', () => {
  const listeners = new Listeners<number>(() => {});
  const calls: string[] = [];
  const listener = (event: number) => calls.push(`a${event}`);
  const removeFirst = listeners.add(listener);
  listeners.add(listener);
  listeners.add((event) => calls.push(`b${event}`));
  listeners.emit(1);
  removeFirst();
  removeFirst();
  listeners.emit(2);
  expect(calls).toEqual(['a1', 'a1', 'b1', 'a2', 'b2']);
});

test('what one throws goes to onError, and the others are still called', async () => {
  const onError = vi.fn();
  const listeners = new Listeners<number>(onError);
  const after = vi.fn();
  listeners.add(() => {
    throw new Error('at once');
  });
  listeners.add(async () => {
    throw new Error('later');
  });
  listeners.add(after);
  listeners.emit(1);
  expect(after).toHaveBeenCalledWith(1);
  await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(2));
  expect(onError.mock.calls.flat().map(({ message }) => message)).toEqual(['at once', 'later']);
});

test('a listener may add and remove listeners', () => {
  const listeners = new Listeners<number>(() => {});
  const added = vi.fn();
  const remove = listeners.add(() => {
    remove();
    listeners.add(added);
  });
  listeners.emit(1);
  expect(added).not.toHaveBeenCalled();
  listeners.emit(2);
  expect(added).toHaveBeenCalledOnce();
});

test('errors are written to the console if there is no onError, or if that throws', () => {
  const written = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    errorReporter()('first');
    errorReporter(() => {
      throw new Error('second');
    })('third');
    expect(written.mock.calls).toEqual([['first'], ['third', new Error('second')]]);
  } finally {
    written.mockRestore();
  }
});
