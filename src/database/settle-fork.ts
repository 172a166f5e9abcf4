import { packKey } from '../model/packed-key.js';
import { textOfRow } from '../model/row-id.js';
import { compareValues, type SqlValue } from '../model/value.js';
import type { CommitNote } from '../tables/commit/table.js';
import { noteChoice } from '../tables/log/choice.js';
import { insertRow, type RestoredCell, updateRow } from '../tables/log/revert.js';
import type { Fork } from './forks.js';
import { writePlanned } from './log-writes.js';
import { deleteAgain } from './resolve.js';
import type { RevertParts } from './revert.js';
import { lastCells } from './row-conflict.js';
import { readRowHistories } from './row-events.js';

/**
 * Writes what was chosen. An update to the value that is shown already would be no write, so that becomes an event alone.
 *
 * @param value undefined: the row is deleted.
 */
export function settleFork(
  { connection, sites }: RevertParts,
  { spec, key, column }: Fork,
  value: SqlValue | undefined,
  note: CommitNote,
): Promise<void> {
  const pk = packKey(key);
  return writePlanned(connection, async () => {
    const { rows, dbVersion } = await readRowHistories(connection, sites, [{ spec, pk }]);
    const { history } = rows.get(textOfRow({ table: spec.name, pk }))!;
    const end = history.events.length;
    const isAlive = history.isAlive(end);
    const plan = { dbVersion, note, result: undefined };
    if (value === undefined) {
      return { ...plan, statements: deleteAgain(spec, key, isAlive, lastCells(history)) };
    }
    if (!isAlive) {
      const cells = spec.clockColumns.flatMap((other): RestoredCell[] => {
        if (other.name === column.name) return [{ column, value }];
        const before = history.shownBy(other.name, end);
        if (before === undefined) return [];
        return [{ column: other, value: history.valueOf(before, other.name) ?? null }];
      });
      return { ...plan, statements: [insertRow(spec, key, cells)] };
    }
    const shown = history.shownBy(column.name, end);
    const isShown =
      shown !== undefined &&
      compareValues(history.valueOf(shown, column.name) ?? null, value) === 0;
    return {
      ...plan,
      statements: isShown
        ? noteChoice(spec, key, column)
        : [updateRow(spec, key, [{ column, value }])],
    };
  });
}
