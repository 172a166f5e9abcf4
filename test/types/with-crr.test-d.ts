import { createClient } from '@libsql/client';
import {
  type ApplyOptions,
  type ApplyResult,
  type Change,
  type ChangeBatch,
  type ChangePage,
  type Crr,
  type CrrDatabase,
  type CrrTransport,
  type Cursor,
  crrTable,
  type MergeResult,
  type ReadPage,
  type ResolvedResult,
  type SqlValue,
  type UnsentRow,
  withCrr,
} from 'drizzle-crr';
import {
  createSync,
  createSyncHandler,
  type SyncHandlerOptions,
  type SyncOptions,
} from 'drizzle-crr/sync';
import { eq } from 'drizzle-orm';
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expectTypeOf, test } from 'vitest';

const todos = crrTable('todos', { id: text('id').primaryKey(), n: integer('n') });
const schema = { todos };
const make = () => withCrr(drizzle(createClient({ url: ':memory:' }), { schema }), { schema });
declare const db: ReturnType<typeof make>;

describe('withCrr', () => {
  test("keeps the database's type and adds $crr", () => {
    expectTypeOf(db).toExtend<LibSQLDatabase<typeof schema>>();
    expectTypeOf(db.$crr).toEqualTypeOf<Crr>();
    expectTypeOf(db.query).toEqualTypeOf<LibSQLDatabase<typeof schema>['query']>();
    expectTypeOf(db.transaction).toEqualTypeOf<LibSQLDatabase<typeof schema>['transaction']>();
    expectTypeOf(db.batch).toEqualTypeOf<LibSQLDatabase<typeof schema>['batch']>();
  });

  test('keeps the types of results', () => {
    const items = [
      db.select().from(todos),
      db.insert(todos).values({ id: 'a' }).returning(),
    ] as const;
    const ofDrizzle = (plain: LibSQLDatabase<typeof schema>) => plain.batch(items);
    const ours = () => db.batch(items);
    expectTypeOf(ours).returns.toEqualTypeOf<ReturnType<typeof ofDrizzle>>();
  });
});

describe('a function that takes a database', () => {
  test('asks for CrrDatabase, which withCrr returns', () => {
    expectTypeOf(db).toExtend<CrrDatabase>();
    expectTypeOf<{ db: typeof db }>().toExtend<Pick<SyncOptions, 'db'>>();
    expectTypeOf<{ db: typeof db }>().toExtend<Pick<SyncHandlerOptions, 'db'>>();
  });

  test('takes nothing else that has a $crr: a `where` needs its dialect', () => {
    const { $crr } = db;
    const authorize = () => ({ tables: { todos: { where: eq(todos.id, 'a') } } });
    // @ts-expect-error contract: the handler's db is what withCrr returned
    createSyncHandler({ db: { $crr }, authorize });
    // @ts-expect-error contract: the client's db is what withCrr returned
    createSync({ db: { $crr }, url: 'http://localhost' });
    // @ts-expect-error contract: a Drizzle database without CRRs is none
    createSync({ db: drizzle(createClient({ url: ':memory:' })), url: 'http://localhost' });
  });
});

describe('$crr', () => {
  test('changes are typed', () => {
    expectTypeOf<Awaited<ReturnType<Crr['changes']>>>().toEqualTypeOf<ChangePage>();
    expectTypeOf<ChangePage['cursor']>().toEqualTypeOf<number | Cursor>();
    expectTypeOf<Change>().toEqualTypeOf<{
      readonly table: string;
      readonly pk: Uint8Array;
      readonly cid: string;
      readonly val: SqlValue;
      readonly col_version: number;
      readonly db_version: number;
      readonly site_id: Uint8Array;
      readonly cl: number;
      readonly seq: number;
    }>();
    expectTypeOf<SqlValue>().toEqualTypeOf<null | bigint | number | string | Uint8Array>();
  });

  test('pages can be iterated and applied', () => {
    expectTypeOf(db.$crr.changes()).toExtend<AsyncIterable<ChangePage>>();
    expectTypeOf(db.$crr.apply)
      .parameter(0)
      .toEqualTypeOf<ChangeBatch | AsyncIterable<ChangeBatch>>();
    expectTypeOf(db.$crr.apply).returns.toEqualTypeOf<
      Promise<ApplyResult> | Promise<ResolvedResult>
    >();
  });

  test('changes can be filtered, and what that gives can be applied', () => {
    const some = (page: ChangePage) => page.changes.filter(({ table }) => table === 'todos');
    expectTypeOf(some).returns.toEqualTypeOf<Change[]>();
    const apply = (page: ChangePage) => [
      db.$crr.apply(some(page)),
      db.$crr.apply({ ...page, changes: some(page) }),
      db.$crr.transport.merge(some(page)),
    ];
    expectTypeOf(apply).returns.toExtend<Promise<ApplyResult>[]>();
  });

  test('unsent rows are typed by their table', () => {
    const ofTable = () => db.$crr.unsent(new Uint8Array(16), { table: todos });
    expectTypeOf(ofTable).returns.resolves.toEqualTypeOf<UnsentRow<typeof todos>[]>();
    expectTypeOf<UnsentRow<typeof todos>['columns']>().toEqualTypeOf<readonly ('id' | 'n')[]>();
    expectTypeOf<UnsentRow<typeof todos>['key']['id']>().toEqualTypeOf<string | undefined>();
    const ofSync = () => createSync({ db, url: 'http://localhost' }).unsent({ table: todos });
    expectTypeOf(ofSync).returns.toEqualTypeOf<ReturnType<typeof ofTable>>();
    const ofAll = () => db.$crr.unsent(new Uint8Array(16));
    expectTypeOf(ofAll).returns.resolves.toEqualTypeOf<UnsentRow[]>();
    // @ts-expect-error contract: the peer is a site id
    db.$crr.unsent('http://localhost');
  });

  test('what only a transport needs is in transport', () => {
    expectTypeOf<keyof Crr>().toEqualTypeOf<
      | 'install'
      | 'compact'
      | 'changes'
      | 'apply'
      | 'siteId'
      | 'version'
      | 'pendingCount'
      | 'rejected'
      | 'retryRejected'
      | 'contributions'
      | 'preview'
      | 'forks'
      | 'draft'
      | 'drafts'
      | 'transaction'
      | 'history'
      | 'asOf'
      | 'undo'
      | 'redo'
      | 'prune'
      | 'revert'
      | 'conflicts'
      | 'discard'
      | 'document'
      | 'document'
      | 'unsent'
      | 'verify'
      | 'rotateSiteId'
      | 'transport'
    >();
    expectTypeOf<keyof CrrTransport>().toEqualTypeOf<
      'state' | 'peers' | 'waitingTables' | 'read' | 'merge'
    >();
    expectTypeOf<keyof ApplyOptions>().toEqualTypeOf<'onUnknown'>();
    expectTypeOf<Extract<'stamp' | 'prior', keyof ApplyResult>>().toBeNever();
    expectTypeOf<Awaited<ReturnType<CrrTransport['merge']>>>().toEqualTypeOf<MergeResult>();
    expectTypeOf<Awaited<ReturnType<CrrTransport['read']>>>().toEqualTypeOf<ReadPage>();
  });
});

declare const page: ChangePage;
declare const result: ApplyResult;

test('programs that TypeScript refuses', () => {
  // @ts-expect-error contract: withCrr needs the schema
  withCrr(db, {});
  // @ts-expect-error contract: a misspelt option of withCrr
  withCrr(db, { schema, shcema: schema });
  // @ts-expect-error contract: a misspelt option of changes
  db.$crr.changes({ sinse: 0 });
  // @ts-expect-error contract: a cursor is a number or a page's cursor
  db.$crr.changes({ since: '12' });
  // @ts-expect-error contract: a site id is bytes
  db.$crr.changes({ site: 'abc' });
  // @ts-expect-error contract: tables are tables or names
  db.$crr.changes({ tables: [1] });
  // @ts-expect-error contract: onUnknown is 'pending' or 'error'
  db.$crr.apply([], { onUnknown: 'ignore' });
  // @ts-expect-error contract: a misspelt option of apply
  db.$crr.apply([], { onunknown: 'error' });
  // @ts-expect-error contract: a change has nine columns
  db.$crr.apply([{ table: 'todos' }]);
  // @ts-expect-error contract: a value is what SQLite stores; true is not
  db.$crr.apply([{ ...page.changes[0]!, val: true }]);
  // @ts-expect-error contract: the connection is an internal
  db.$crr.connection;
  // @ts-expect-error contract: the schema is an internal
  db.$crr.schema;
  // @ts-expect-error contract: Crr is an interface
  new Crr();
  // @ts-expect-error contract: what a peer is told is for transports
  db.$crr.apply([], { peer: { siteId: new Uint8Array(16) } });
  // @ts-expect-error contract: a condition is for transports
  db.$crr.changes({ where: {} });
  // @ts-expect-error contract: a merge takes one batch, which is one transaction
  db.$crr.transport.merge(db.$crr.changes());
  // @ts-expect-error contract: a page is no array; its changes are
  page.filter(() => true);
  // @ts-expect-error contract: changes are not to be mutated
  page.changes[0]!.cl = 3;
  // @ts-expect-error contract: a result is not to be mutated
  result.inserted.push({ table: 'todos', key: {} });
});
