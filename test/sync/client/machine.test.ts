import { describe, expect, test } from 'vitest';
import { STOPPED, type SyncInput, step } from '../../../src/sync/client/machine.js';

/** Gives inputs to the machine, beginning with the stopped one, and collects phases and effects. */
const run = (...inputs: SyncInput[]) => {
  let state = STOPPED;
  const effects: string[] = [];
  for (const input of inputs) {
    const next = step(state, input);
    state = next.state;
    effects.push(`${state.phase}:${next.effect}`);
  }
  return { state, effects };
};

describe('the machine', () => {
  test.each<[string, SyncInput[], string]>([
    ['nothing happens before start', ['news', 'timer', 'online', 'synced'], 'stopped:none'],
    ['start syncs', ['start'], 'syncing:sync'],
    ['start again does nothing', ['start', 'start'], 'syncing:none'],
    ['after a sync it is idle', ['start', 'synced'], 'idle:none'],
    ['news syncs', ['start', 'synced', 'news'], 'syncing:sync'],
    ['news while syncing syncs again', ['start', 'news', 'synced'], 'syncing:sync'],
    ['and only once', ['start', 'news', 'news', 'synced', 'synced'], 'idle:none'],
    ['after a failure of the server it waits', ['start', 'server failed'], 'waiting:wait'],
    ['news does not end the delay', ['start', 'server failed', 'news'], 'waiting:none'],
    ['the timer does end it', ['start', 'server failed', 'timer'], 'syncing:sync'],
    ['after a failure of the network it is offline', ['start', 'network failed'], 'offline:wait'],
    [
      'until the platform reports that it is online',
      ['start', 'network failed', 'online'],
      'syncing:sync',
    ],
    ['or the platform reports that it is offline', ['start', 'synced', 'offline'], 'offline:none'],
    ['then news has to wait', ['start', 'synced', 'offline', 'news'], 'offline:none'],
    ['until it is online', ['start', 'synced', 'offline', 'online'], 'syncing:sync'],
    ['a refusal is not repeated', ['start', 'was refused', 'timer'], 'refused:none'],
    ['until there is something new', ['start', 'was refused', 'news'], 'syncing:sync'],
    ['stop ends all', ['start', 'server failed', 'stop', 'timer'], 'stopped:none'],
  ])('%s', (_, inputs, last) => {
    expect(run(...inputs).effects.at(-1)).toBe(last);
  });

  test('failures count up, and a success forgets them', () => {
    const failing = run('start', 'server failed', 'timer', 'network failed', 'timer');
    expect(failing.state.failures).toBe(2);
    expect(step(failing.state, 'synced').state.failures).toBe(0);
  });
});
