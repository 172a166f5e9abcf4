import { NEUTRAL_ORDINAL } from '../../model/site.js';
import { block, type Fragment, type Layout } from '../../sql/layout.js';
import type { CellSql } from '../cell-sql.js';

/** SQL condition: somebody has edited the text as a document. */
const isDocument = (cells: Fragment): Layout => block`
  EXISTS (
    SELECT 1 ${cells} AND x.site <> ${NEUTRAL_ORDINAL}
  )`;

/** The plain text counts until there is a document, whose text only a codec can tell. */
export function shownText(cells: Fragment, current: string): Layout {
  return block`
    CASE
      WHEN ${isDocument(cells)} THEN ${current}
      ELSE (
        SELECT CASE typeof(x.value) WHEN 'text' THEN x.value END ${cells} AND x.site = ${NEUTRAL_ORDINAL}
      )
    END`;
}

/**
 * A write by SQL. Without a document it is the last write of the plain text. In both cases the cell of no site keeps
 * the text before it (see src/tables/cells/plain-text.ts), so that a process with the codec can put the difference into the
 * document, now or if updates arrive that were made without knowing of the write.
 */
export function writeText(cells: CellSql): string[] {
  return [
    cells.writeShared({
      value: cells.value,
      before: cells.before,
      keeps: isDocument(cells.cells),
    }),
  ];
}
