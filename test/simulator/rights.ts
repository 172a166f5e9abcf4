/** What the users of the simulated servers may see and write. */
import { eq, inArray, lte, ne, type SQL } from 'drizzle-orm';
import type { Authorization, TableAccess } from '../../src/sync/index.js';
import { SCHEMAS, TABLES } from './schema.js';

const { things, users, tasks } = SCHEMAS.many;

/** Every table is listed, since a client gets no others. */
const all = <T>(access: T) => Object.fromEntries(TABLES.map((name) => [name, access]));

const KINDS = {
  /** Everything; also what others have written, so it may have two servers. */
  whole: () => ({ forward: true }),
  /** The rows of one owner, which it may not give away. */
  owner: () => ({ tables: { ...all(true as const), things: { where: eq(things.owner, 'ann') } } }),
  /** Some of the rows that others need, and columns that it may not write. */
  part: () => ({
    tables: {
      ...all(true as const),
      users: { where: inArray(users.org, ['o0', 'o1']), writeWhere: 'all' as const },
      tasks: { where: lte(tasks.project, 2) },
      things: { where: ne(things.owner, 'bob'), readOnly: ['title'] },
      tags: { write: false },
    },
  }),
  reader: () => ({ tables: { ...all({ write: false }), pairs: true as const } }),
} satisfies Record<string, () => Omit<Authorization, 'id'>>;

export type Rights = keyof typeof KINDS;
export const RIGHTS = Object.keys(KINDS) as Rights[];

export const headersOf = (user: string, rights: Rights) => ({ 'x-user': user, 'x-rights': rights });

export function authorize({ headers }: Request): Authorization {
  return { id: headers.get('x-user')!, ...KINDS[rightsOf(headers)]() };
}

export const rightsOf = (headers: Headers) => headers.get('x-rights') as Rights;

/** What users with these rights may do with a table. */
export function accessTo(rights: Rights, table: string): TableAccess {
  const { tables }: Omit<Authorization, 'id'> = KINDS[rights]();
  const access = tables?.[table] ?? true;
  return access === true ? {} : access;
}

/** The table of a row as facts name it. */
export const tableOf = (row: string) => row.split(' ', 1)[0]!;

/** The conditions of the rows that users with these rights see, by table. */
export function conditionsOf(rights: Rights): [table: 'things' | 'users' | 'tasks', where: SQL][] {
  return (['things', 'users', 'tasks'] as const).flatMap((table) => {
    const { where } = accessTo(rights, table);
    return where === undefined ? [] : [[table, where]];
  });
}
