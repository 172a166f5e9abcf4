import { CrrError } from '../errors.js';
import type { CrrEvent } from '../model/event.js';
import { Listeners } from './listeners.js';
import { errorReporter } from './report-error.js';

/** Emits an event. Never throws. Undefined if nobody listens: then no event is made, and no clock is read. */
export type EmitEvent = ((event: CrrEvent) => void) | undefined;

/** @param onError is called with what the listener throws. */
export function eventEmitter(
  onEvent: ((event: CrrEvent) => unknown) | undefined,
  onError?: (error: unknown) => void,
): EmitEvent {
  if (onEvent === undefined) return undefined;
  const listeners = new Listeners<CrrEvent>(errorReporter(onError));
  listeners.add(onEvent);
  return (event) => listeners.emit(event);
}

/** Starts a watch. The function that it returns gives the milliseconds since. */
export function stopwatch(): () => number {
  const begin = performance.now();
  return () => performance.now() - begin;
}

/** The code of a `CrrError`; undefined for other errors. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof CrrError ? error.code : undefined;
}
