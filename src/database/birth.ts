import type { CrrSchema } from '../model/schema.js';
import { type Statement, statement } from '../sql/statement.js';
import { liftUnsentLives } from '../tables/clock/unsent-life.js';
import { raiseBirth } from '../tables/milestone/forgotten.js';
import { KNOWN_VERSION } from '../tables/milestone/table.js';
import type { PeerUpdate } from './peers.js';

/**
 * The statements after which rows of this database win over tombstones that a peer has forgotten: new rows, and
 * those that nobody else has seen yet. They come before what the peer sends, which may be such a row.
 */
export function birthStatements(
  { birth = 1 }: Pick<PeerUpdate, 'birth'> = {},
  schema: CrrSchema,
): Statement[] {
  if (birth <= 1) return [];
  const lifted = [...schema.tables.values()].map((spec) =>
    liftUnsentLives(spec, birth, KNOWN_VERSION),
  );
  return [...lifted, raiseBirth(birth)].map((sql) => statement(sql));
}
