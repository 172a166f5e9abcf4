/** The hooks in React, on a DOM that jsdom makes. */
import './dom.js';
import { cleanup, render, renderHook, waitFor } from '@testing-library/react';
import { eq } from 'drizzle-orm';
import { alias, text } from 'drizzle-orm/sqlite-core';
import { Component, createElement, type ReactNode, StrictMode, Suspense } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { crrTable, mvr } from '../../src/index.js';
import { hubOf } from '../../src/live-queries/live-query.js';
import {
  CrrProvider,
  useConflicts,
  useLiveQuery,
  usePresence,
  useSync,
} from '../../src/react/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { pendingTimers } from '../live-queries/pending-timers.js';
import { exchange, openSite } from '../support/site.js';

const todos = crrTable('todos', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  status: mvr(text('status')),
});
const open = () => openSite({ todos });
type Database = Awaited<ReturnType<typeof open>>;

let db: Database;
beforeEach(async () => {
  db = await open();
});
afterEach(cleanup);

const add = (...ids: string[]) => db.insert(todos).values(ids.map((id) => ({ id, title: id })));
const provided = ({ children }: { children?: ReactNode }) =>
  createElement(CrrProvider, { db }, children);
const strict = ({ children }: { children?: ReactNode }) =>
  createElement(StrictMode, {}, provided({ children }));
/** The DOM's types would count for all other tests, too. */
const textOf = (container: unknown) => (container as { readonly textContent: string }).textContent;
const titles = (db: Database) => db.select().from(todos).orderBy(todos.id);

describe('useLiveQuery', () => {
  test('gives the rows, and renders again when they change', async () => {
    await add('a');
    const { result } = renderHook(() => useLiveQuery(titles), { wrapper: provided });
    expect(result.current).toEqual({ status: 'loading', data: undefined, error: undefined });
    await waitFor(() => expect(result.current.data).toMatchObject([{ id: 'a' }]));
    const [before] = result.current.data!;
    await add('b');
    await waitFor(() => expect(result.current.data).toMatchObject([{ id: 'a' }, { id: 'b' }]));
    expect(result.current.data![0]).toBe(before);
  });

  test('follows its parameters, and does not begin again for a new function', async () => {
    await add('a', 'b');
    let renders = 0;
    const { result, rerender } = renderHook(
      ({ id }) => {
        renders++;
        return useLiveQuery((db: Database) => db.select().from(todos).where(eq(todos.id, id)));
      },
      { wrapper: provided, initialProps: { id: 'a' } },
    );
    await waitFor(() => expect(result.current.data).toMatchObject([{ id: 'a' }]));
    const before = result.current;
    rerender({ id: 'a' });
    expect(result.current).toBe(before);
    rerender({ id: 'b' });
    await waitFor(() => expect(result.current.data).toMatchObject([{ id: 'b' }]));
    const count = renders;
    await db.update(todos).set({ title: 'other' }).where(eq(todos.id, 'a'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(renders).toBe(count);
  });

  test('does not begin again for an alias or a subquery that its function makes', async () => {
    await add('a');
    const titles = (db: Database) => {
      const named = alias(todos, 'named');
      const one = db.select().from(todos).as('one');
      return db
        .select({ a: named.title, b: one.title })
        .from(named)
        .innerJoin(one, eq(one.id, named.id));
    };
    let renders = 0;
    const { result } = renderHook(
      () => {
        renders++;
        return useLiveQuery(titles);
      },
      { wrapper: provided },
    );
    await waitFor(() => expect(result.current.data).toEqual([{ a: 'a', b: 'a' }]));
    expect(renders).toBeLessThan(5);
  });

  test('works in StrictMode, where effects run twice', async () => {
    await add('a');
    const { result, unmount } = renderHook(() => useLiveQuery(titles), { wrapper: strict });
    await waitFor(() => expect(result.current.status).toBe('ready'));
    await add('b');
    await waitFor(() => expect(result.current.data).toHaveLength(2));
    unmount();
    await waitFor(() => expect(hubOf(db).size).toBe(0));
  });

  test('suspends until there is a result', async () => {
    await add('a');
    const List = () => {
      const rows = useLiveQuery(titles, { suspense: true });
      return createElement('p', {}, rows.map(({ id }) => id).join(' '));
    };
    const { container, unmount } = render(
      createElement(Suspense, { fallback: 'loading' }, createElement(List)),
      { wrapper: strict },
    );
    expect(textOf(container)).toBe('loading');
    await waitFor(() => expect(textOf(container)).toBe('a'));
    await add('b');
    await waitFor(() => expect(textOf(container)).toBe('a b'));
    unmount();
    await waitFor(() => expect(hubOf(db).size).toBe(0));
  });

  test('gives errors in the snapshot, or to the error boundary', async () => {
    const broken = (db: Database) => db.select().from(missing);
    const { result } = renderHook(() => useLiveQuery(broken), { wrapper: provided });
    await waitFor(() =>
      expect(result.current.error).toMatchObject({ code: 'CRR_DATABASE_TABLE_MISSING' }),
    );
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const Broken = () => createElement('p', {}, String(useLiveQuery(broken, { suspense: true })));
    const { container } = render(
      createElement(Boundary, {}, createElement(Suspense, {}, createElement(Broken))),
      { wrapper: provided },
    );
    await waitFor(() => expect(textOf(container)).toBe('CRR_DATABASE_TABLE_MISSING'));
    error.mockRestore();
  });

  test('is empty on a server, where nothing runs', async () => {
    await add('a');
    const Status = () => createElement('p', {}, useLiveQuery(titles).status);
    const sync = createSync({ db, url: 'http://127.0.0.1/' });
    const Phase = () => createElement('p', {}, useSync().phase);
    const html = renderToString(
      createElement(CrrProvider, { db, sync }, createElement(Status), createElement(Phase)),
    );
    expect(html).toBe('<p>loading</p><p>stopped</p>');
    expect(hubOf(db).size).toBe(0);
  });

  test('a component that suspended and was never mounted is forgotten', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    try {
      const List = () => createElement('p', {}, useLiveQuery(titles, { suspense: true }).length);
      const { unmount } = render(createElement(Suspense, {}, createElement(List)), {
        wrapper: provided,
      });
      unmount();
      await vi.advanceTimersByTimeAsync(6_000);
      expect(hubOf(db).size).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('useConflicts', () => {
  test('lists the conflicts of a table while there are any', async () => {
    const other = await open();
    await add('a');
    await exchange(db, other);
    const { result } = renderHook(() => useConflicts(todos), { wrapper: strict });
    await waitFor(() => expect(result.current.data).toEqual([]));
    await db.update(todos).set({ status: 'open' });
    await other.update(todos).set({ status: 'done' });
    await db.$crr.apply(await other.$crr.changes());
    await waitFor(() =>
      expect(result.current.data).toMatchObject([{ reason: 'register', column: 'status' }]),
    );
    await db.update(todos).set({ status: 'settled' });
    await waitFor(() => expect(result.current.data).toEqual([]));
  });
});

describe('useSync', () => {
  test('gives the phase, the progress, errors and what is not sent yet', async () => {
    const server = await open();
    const handler = createSyncHandler({ db: server, public: true });
    let isUp = true;
    const sync = createSync({
      db,
      fetch: async (request) => (isUp ? handler(request) : new Response(null, { status: 500 })),
      retry: { attempts: 1, baseMs: 1, maxMs: 5 },
    });
    const wrapper = ({ children }: { children?: ReactNode }) =>
      createElement(StrictMode, {}, createElement(CrrProvider, { db, sync }, children));
    const seen: unknown[] = [];
    const { result, unmount } = renderHook(
      () => {
        const state = useSync({ limit: 10 });
        seen.push(state.progress?.share);
        return state;
      },
      { wrapper },
    );
    await waitFor(() => expect(result.current).toEqual({ phase: 'stopped', unsent: [] }));
    await add('a');
    await waitFor(() =>
      expect(result.current.unsent).toMatchObject([
        { table: 'todos', key: { id: 'a' }, deleted: false },
      ]),
    );
    sync.start();
    await waitFor(() => expect(result.current).toMatchObject({ phase: 'idle', unsent: [] }));
    expect(seen).toContain(1);
    expect(result.current.progress).toBeUndefined();
    isUp = false;
    await add('b');
    await waitFor(() =>
      expect(result.current).toMatchObject({
        phase: 'waiting',
        error: { code: 'CRR_SYNC_SERVER' },
      }),
    );
    expect(result.current.unsent).toHaveLength(1);
    await sync.stop();
    await waitFor(() => expect(result.current.phase).toBe('stopped'));
    unmount();
    await waitFor(() => expect(hubOf(db).size).toBe(0));
  });
});

describe('usePresence', () => {
  test('shows a state while it is mounted, and gives those of the others', async () => {
    const handler = createSyncHandler({ db: await open(), public: true });
    const [sync, others] = [db, await open()].map((db) => createSync({ db, fetch: handler }));
    const wrapper = ({ children }: { children?: ReactNode }) =>
      createElement(StrictMode, {}, createElement(CrrProvider, { db, sync }, children));
    const states = (sync: typeof others) => sync!.presence.others().map(({ state }) => state);
    const patience = { timeout: 20_000 };
    const { result, rerender, unmount } = renderHook(
      ({ card }) => usePresence<object>({ name: 'Ann', card }),
      { wrapper, initialProps: { card: 'c1' } },
    );
    try {
      expect(result.current).toEqual([]);
      others!.presence.set({ name: 'Bob' });
      for (const one of [sync, others]) one!.start();
      await waitFor(
        () => expect(result.current).toMatchObject([{ state: { name: 'Bob' } }]),
        patience,
      );
      await waitFor(() => expect(states(others)).toEqual([{ name: 'Ann', card: 'c1' }]), patience);
      const before = result.current;
      rerender({ card: 'c2' });
      await waitFor(() => expect(states(others)).toEqual([{ name: 'Ann', card: 'c2' }]), patience);
      expect(result.current).toBe(before);
      unmount();
      await waitFor(() => expect(states(others)).toEqual([]), patience);
    } finally {
      for (const one of [sync, others]) await one!.stop();
    }
  });
});

describe('bad input', () => {
  test.each<[string, () => unknown]>([
    ['useLiveQuery()', () => useLiveQuery(titles)],
    ['useConflicts()', () => useConflicts(todos)],
    ['useSync()', () => useSync()],
    ['usePresence()', () => usePresence()],
  ])('%s outside of the provider', (name, hook) => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => renderHook(hook)).toThrow(
      expect.objectContaining({
        code: 'CRR_USAGE_PROVIDER',
        message: `${name} found no database: put <CrrProvider db={db}> around the component that calls it`,
      }),
    );
    error.mockRestore();
  });

  test.each<[string, () => unknown]>([
    ['useSync()', () => useSync()],
    ['usePresence()', () => usePresence()],
  ])('%s in a provider without a sync', (name, hook) => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => renderHook(hook, { wrapper: provided })).toThrow(`${name} found no sync`);
    error.mockRestore();
  });
});

test('1,000 mounts leave no listener, entry or timer', async () => {
  const timers = pendingTimers();
  const server = await open();
  const sync = createSync({ db, fetch: createSyncHandler({ db: server, public: true }) });
  let listeners = 0;
  const subscribe = sync.subscribe.bind(sync);
  sync.subscribe = (listener) => {
    listeners++;
    const end = subscribe(listener);
    return () => {
      listeners--;
      end();
    };
  };
  const wrapper = ({ children }: { children?: ReactNode }) =>
    createElement(StrictMode, {}, createElement(CrrProvider, { db, sync }, children));
  for (let i = 0; i < 1_000; i++) {
    const { unmount } = renderHook(
      () => [
        useLiveQuery((db: Database) =>
          db
            .select()
            .from(todos)
            .where(eq(todos.id, `${i % 10}`)),
        ),
        useConflicts(todos),
        useSync(),
      ],
      { wrapper },
    );
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    unmount();
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(timers()).toBe(0);
  expect(hubOf(db).size).toBe(0);
  expect(hubOf(db).internals.writes.size).toBe(0);
  expect(listeners).toBe(0);
});

const missing = crrTable('missing', { id: text('id').primaryKey().notNull() });

class Boundary extends Component<{ readonly children?: ReactNode }, { readonly code?: string }> {
  override state: { readonly code?: string } = {};
  static getDerivedStateFromError(error: { readonly code: string }) {
    return { code: error.code };
  }
  override render(): ReactNode {
    return this.state.code ?? this.props.children;
  }
}
