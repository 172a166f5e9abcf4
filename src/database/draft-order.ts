import { type Statement, statement } from '../sql/statement.js';
import { DEFER_REFERENCES } from '../tables/draft/writes.js';
import { PIN_SQL } from '../tables/state/table.js';
import type { Connection } from './connection.js';
import { rehearse } from './rehearsal.js';
import { rowFault } from './row-faults.js';

/** Trying orders costs a batch for each write. */
const MOST_WRITES = 100;

/** What SQLite checks with each statement, so that an order may matter. */
export const isOfOrder = (fault: string): boolean => /UNIQUE/.test(fault);

/**
 * An order of writes in which each finds free the unique value that another one gives up. Undefined: there is none, or
 * there are too many writes to look for it.
 */
export async function workingOrder(
  connection: Connection,
  caller: string,
  writes: readonly Statement[],
): Promise<readonly Statement[] | undefined> {
  if (writes.length > MOST_WRITES) return undefined;
  return rehearse(connection, caller, async (rehearsal) => {
    await rehearsal.batch([statement(PIN_SQL), statement(DEFER_REFERENCES)], 'write');
    const order: Statement[] = [];
    for (let rest = writes; rest.length > 0; ) {
      const refused: Statement[] = [];
      for (const write of rest) {
        try {
          await rehearsal.batch([write], 'write');
          order.push(write);
        } catch (error) {
          if (rowFault(error) === undefined) throw error;
          refused.push(write);
        }
      }
      if (refused.length === rest.length) return undefined;
      rest = refused;
    }
    return order;
  });
}
