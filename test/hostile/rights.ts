/** What attackers may do. None of them may see a row of ann, and all may write something. */
import { eq, sql } from 'drizzle-orm';
import type { Authorization, TableAccess } from '../../src/sync/index.js';
import { SCHEMAS } from './schema.js';

// Conditions name tables and columns, which both schemas have.
const { things, notes, tags, members } = SCHEMAS.simple;

const things_ = { where: eq(things.owner, 'mallory') };
const notes_ = { where: eq(notes.owner, 'mallory') };
const none = { where: sql`false` };

export const ATTACKERS: Readonly<Record<string, Authorization>> = {
  owner: { id: 'mallory', tables: { things: things_, notes: notes_, members: none } },
  careful: {
    id: 'mallory',
    tables: {
      things: { ...things_, readOnly: ['votes', 'title'] },
      notes: { ...notes_, readOnly: ['body'], onReadOnly: 'ignore', leaving: 'keep' },
      later: true,
    },
  },
  writer: {
    id: 'mallory',
    tables: {
      things: { read: false, writeWhere: eq(things.owner, 'mallory') },
      notes: { where: notes_.where, writeWhere: eq(notes.body, 'x'), values: 'any' },
      members: { where: eq(members.role, 'mallory'), writeWhere: 'all' },
    },
  },
  reader: { id: 'mallory', tables: { things: { ...things_, write: false }, tags: none } },
  nobody: { tables: { things: things_, notes: notes_, tags: { where: eq(tags.name, 'x') } } },
  relay: { id: 'mallory', forward: true, tables: { things: things_, notes: notes_ } },
  nothing: { id: 'mallory', tables: {} },
} satisfies Record<string, Authorization & { tables: Record<string, true | TableAccess> }>;
