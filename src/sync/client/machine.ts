/*
 * What a continuous sync does next, as a pure function: no clock, no network, no database.
 *
 *     stopped   nothing runs
 *     idle      all is exchanged; waiting for news
 *     syncing   an exchange is under way
 *     waiting   the server failed; a timer runs
 *     offline   there is no network; a timer runs, or the platform will tell
 *     refused   the server said no, and saying the same again would not help; waiting for news
 */

export type SyncPhase = 'stopped' | 'idle' | 'syncing' | 'waiting' | 'offline' | 'refused';

export interface SyncMachine {
  readonly phase: SyncPhase;
  /** News came while syncing, and may not be part of it. */
  readonly dirty: boolean;
  /** Failures in a row: the exponent of the next delay. */
  readonly failures: number;
}

export type SyncInput =
  | 'start'
  | 'stop'
  /** Something was written here, or at the server. */
  | 'news'
  | 'synced'
  | 'network failed'
  | 'server failed'
  | 'was refused'
  | 'timer'
  /** The platform says that there is a network, or none. */
  | 'online'
  | 'offline';

/** What to do on entering the new state. */
export type SyncEffect = 'none' | 'sync' | 'wait';

export const STOPPED: SyncMachine = { phase: 'stopped', dirty: false, failures: 0 };

export function step(
  state: SyncMachine,
  input: SyncInput,
): { readonly state: SyncMachine; readonly effect: SyncEffect } {
  const { phase, failures } = state;
  const stay = { state, effect: 'none' } as const;
  const sync = { state: { phase: 'syncing', dirty: false, failures }, effect: 'sync' } as const;
  if (input === 'stop') return { state: STOPPED, effect: 'none' };
  if (phase === 'stopped') return input === 'start' ? sync : stay;
  switch (input) {
    case 'start':
      return stay;
    case 'news':
      if (phase === 'syncing') return { state: { ...state, dirty: true }, effect: 'none' };
      // Waiting and offline have their timer: news must not undo a backoff.
      return phase === 'idle' || phase === 'refused' ? sync : stay;
    case 'timer':
      return phase === 'waiting' || phase === 'offline' ? sync : stay;
    case 'online':
      return phase === 'offline' ? sync : stay;
    case 'offline':
      if (phase === 'syncing') return stay; // Its own failure will tell, if it does fail.
      return { state: { ...state, phase: 'offline' }, effect: 'none' };
    case 'synced':
      if (phase !== 'syncing') return stay;
      if (state.dirty) return { ...sync, state: { ...sync.state, failures: 0 } };
      return { state: { phase: 'idle', dirty: false, failures: 0 }, effect: 'none' };
    case 'network failed':
    case 'server failed': {
      if (phase !== 'syncing') return stay;
      const next = input === 'network failed' ? 'offline' : 'waiting';
      return { state: { phase: next, dirty: false, failures: failures + 1 }, effect: 'wait' };
    }
    case 'was refused':
      if (phase !== 'syncing') return stay;
      return { state: { phase: 'refused', dirty: false, failures: 0 }, effect: 'none' };
  }
}
