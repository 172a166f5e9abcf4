/*
 * The states of a continuous sync, as a pure function: no clock, no network, no database.
 *
 *     stopped   nothing runs
 *     idle      everything is exchanged; waits for news
 *     syncing   an exchange is under way
 *     waiting   the server failed; waits for a timer
 *     offline   the network failed; waits for a timer, or for the platform to report that it is back
 *     refused   the server refused the request, and would refuse it again; waits for a local write
 */

export type SyncPhase = 'stopped' | 'idle' | 'syncing' | 'waiting' | 'offline' | 'refused';

export interface SyncMachine {
  readonly phase: SyncPhase;
  /** Whether there was news during a sync, which may have been too late to be part of it. */
  readonly dirty: boolean;
  /** Failures in a row. The delay grows with them. */
  readonly failures: number;
}

export type SyncInput =
  | 'start'
  | 'stop'
  /** There are new changes, here or at the server. */
  | 'news'
  | 'synced'
  | 'network failed'
  | 'server failed'
  | 'was refused'
  | 'timer'
  /** The platform reports that the network is back, or gone. */
  | 'online'
  | 'offline';

/** What to do next: nothing, begin a sync, or start the timer. */
export type SyncEffect = 'none' | 'sync' | 'wait';

export const STOPPED: SyncMachine = { phase: 'stopped', dirty: false, failures: 0 };

export interface SyncStep {
  readonly state: SyncMachine;
  readonly effect: SyncEffect;
}

export function step(state: SyncMachine, input: SyncInput): SyncStep {
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
      // While it waits for the timer, news must not shorten the delay.
      return phase === 'idle' || phase === 'refused' ? sync : stay;
    case 'timer':
      return phase === 'waiting' || phase === 'offline' ? sync : stay;
    case 'online':
      return phase === 'offline' ? sync : stay;
    case 'offline':
      if (phase === 'syncing') return stay; // The sync will fail by itself.
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
