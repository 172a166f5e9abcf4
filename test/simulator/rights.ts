/** What the users of the simulated servers may see and write. */
import { eq, inArray, lte, ne } from 'drizzle-orm';
import type { Authorization } from '../../src/sync/index.js';
import { simulated } from './schema.js';

const { things, users, tasks } = simulated;
const TABLES = Object.keys(simulated);

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

/** Whether a client with these rights may write some rows of the table of this row, and others not. */
export function hasCondition(rights: Rights, row: string): boolean {
  const { tables }: Omit<Authorization, 'id'> = KINDS[rights]();
  const access = tables?.[row.split(' ', 1)[0]!];
  return typeof access === 'object' && 'where' in access;
}

export function authorize({ headers }: Request): Authorization {
  return { id: headers.get('x-user')!, ...KINDS[headers.get('x-rights') as Rights]() };
}
