/** Random rules of `authorize`, each beside a model of what it means. */
import { eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { TableAccess } from '../../../src/sync/index.js';
import type { Random } from '../../support/random.js';
import { after as schema } from './schema.js';

export type Row = Readonly<Record<string, unknown>>;
/** What the tables of the server hold, by table and key. */
export type State = ReadonlyMap<string, ReadonlyMap<string, Row>>;

interface Condition {
  readonly name: string;
  readonly sql: SQL;
  readonly holds: (row: Row, state: State) => boolean;
}

/** What a client may do with one table. */
export interface Rule {
  readonly text: string;
  readonly access: true | TableAccess;
  sees(row: Row, state: State): boolean;
  writes(row: Row, state: State): boolean;
  /** May write any row, also one that is not here. */
  readonly writesAll: boolean;
  readonly readOnly: readonly string[];
  readonly reads: boolean;
  /** Rows that left are named. */
  readonly names: boolean;
}

/** By table; a table that is not listed can be neither read nor written. */
export type Rules = ReadonlyMap<string, Rule>;

export const TABLES = ['things', 'members', 'later'] as const;

function conditions(table: (typeof TABLES)[number], user: string): readonly Condition[] {
  const { things, members, later } = schema;
  const nothing = { name: 'nothing', sql: sql`false`, holds: () => false };
  if (table === 'members') {
    return [
      nothing,
      {
        name: 'its role is the user',
        sql: eq(members.role, user),
        holds: ({ role }) => role === user,
      },
      { name: 'its org is o0', sql: eq(members.org, 'o0'), holds: ({ org }) => org === 'o0' },
    ];
  }
  const columns = table === 'things' ? things : later;
  const owned: Condition = {
    name: 'owned',
    sql: eq(columns.owner, user),
    holds: ({ owner }) => owner === user,
  };
  if (table === 'later') return [nothing, owned];
  return [
    nothing,
    owned,
    {
      name: 'of o0 or o1',
      sql: inArray(things.org, ['o0', 'o1']),
      holds: ({ org }) => org === 'o0' || org === 'o1',
    },
    {
      name: 'of an org of the user',
      sql: sql`${things.org} IN (SELECT m.org FROM members AS m WHERE m.user = ${user})`,
      holds: ({ org }, state) =>
        [...state.get('members')!.values()].some((m) => m.user === user && m.org === org),
    },
    {
      name: 'without a secret',
      sql: sql`${things.secret} IS NULL`,
      holds: ({ secret }) => secret === null,
    },
  ];
}

const COLUMNS = {
  things: ['owner', 'title', 'secret', 'votes', 'tag', 'org'],
  members: ['role'],
  later: ['body'],
};

export function randomRules(random: Random, user: string): Rules {
  const rules = new Map<string, Rule>();
  for (const table of TABLES) {
    if (random.chance(0.85)) rules.set(table, randomRule(random, table, user));
  }
  return rules;
}

function randomRule(random: Random, table: (typeof TABLES)[number], user: string): Rule {
  const maybe = <T>(chance: number, value: () => T) =>
    random.chance(chance) ? value() : undefined;
  const all = conditions(table, user);
  const where = maybe(0.75, () => random.pick(all));
  const writeWhere = maybe(0.4, () => random.pick(['all' as const, ...all]));
  const read = maybe(0.15, () => false);
  const write = maybe(0.15, () => false);
  // A readOnly column that another one depends on is the most interesting.
  const readOnly = maybe(0.4, () => random.shuffle(COLUMNS[table]).slice(0, 1 + random.int(2)));
  const onReadOnly = maybe(0.3, () => 'ignore' as const);
  const leaving = maybe(0.3, () => 'keep' as const);
  const values = maybe(0.2, () => 'any' as const);
  const writing = writeWhere === undefined ? where : writeWhere;
  const writesAll = write !== false && (writing === undefined || writing === 'all');
  return {
    text: `${where?.name ?? 'all'}; writes ${writing === 'all' ? 'all' : (writing?.name ?? 'all')}; ${JSON.stringify({ read, write, readOnly, onReadOnly, leaving })}`,
    access: {
      read,
      write,
      where: where?.sql,
      writeWhere: writeWhere === 'all' ? 'all' : writeWhere?.sql,
      readOnly,
      onReadOnly,
      leaving,
      values,
    },
    reads: read !== false,
    sees: (row, state) => read !== false && (where === undefined || where.holds(row, state)),
    writes: (row, state) =>
      write !== false && (writing === undefined || writing === 'all' || writing.holds(row, state)),
    writesAll,
    readOnly: readOnly ?? [],
    names: leaving !== 'keep',
  };
}
