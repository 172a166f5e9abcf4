import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';
import { DIGITS } from '../../columns/fract-index/key-sql.js';
import { readNeighbours } from './neighbours.js';
import {
  type Drizzle,
  type OrderedTable,
  type Row,
  type RowKey,
  refuseMissing,
  usage,
} from './table.js';

/** A place that other rows tell. */
export type PlaceBesideRows =
  | { readonly after: RowKey }
  | { readonly before: RowKey }
  | { readonly between: readonly [RowKey, RowKey] };

export interface Spot {
  /** The order key for it. */
  readonly key: string;
  /** Statements that give rows behind it, whose keys are equal, keys of their own. */
  readonly mends: readonly unknown[];
  /** The list that it is in, and the one that the moved row is in, by property. */
  readonly list: Row;
  readonly moved: Row | undefined;
}

/**
 * Reads the neighbourhood of a place in one query, and finds the key for it.
 *
 * @param moved the row that is to go there, where it is in the table already.
 * @throws {CrrUsageError} where a row that is named does not exist, or the place makes no sense.
 */
export async function findSpot(
  db: Drizzle,
  ordered: OrderedTable,
  place: PlaceBesideRows,
  moved?: RowKey,
): Promise<Spot> {
  const anchors =
    'after' in place ? [place.after] : 'before' in place ? [place.before] : place.between;
  if (anchors.some((anchor) => moved !== undefined && ordered.isSame(anchor, moved))) {
    throw usage('a row cannot be moved to a place that it tells itself');
  }
  const rows = await readNeighbours(
    db,
    ordered,
    moved === undefined ? anchors : [...anchors, moved],
  );
  const of = (key: RowKey) => {
    const run = rows.filter(({ anchor }) => ordered.isSame(anchor, key));
    if (run.length === 0) return refuseMissing();
    return { run, at: run.findIndex(({ row }) => ordered.isSame(row, key)) };
  };
  const { run, at } = of(anchors[0]!);
  const { list, position, previous, next } = run[0]!;
  const movedRow = moved === undefined ? undefined : of(moved).run[0]!.list;
  let lower: string | null = position;
  let upper: string | null = next;
  let behind = run.slice(at + 1);
  if ('before' in place) {
    if (at === 0) [lower, upper, behind] = [previous, position, []];
    else behind = run.slice(at);
  }
  if ('between' in place) {
    const second = of(anchors[1]!);
    ordered.refuseOtherList(list, second.run[0]!.list);
    const other = second.run[0]!.position;
    if (other < position || (other === position && second.at <= at)) {
      throw usage('between(a, b) needs a to stand before b');
    }
    // Of equal keys, those behind the first row are mended.
    if (other > position && behind.length === 0) upper = other;
  }
  behind = behind.filter(({ row }) => moved === undefined || !ordered.isSame(row, moved));
  const [key, ...others] = newKeys(lower, upper, 1 + behind.length);
  const mends = behind.map(({ row }, i) =>
    db
      .update(ordered.table)
      .set({ [ordered.property]: others[i] })
      .where(ordered.keyIs(row)),
  );
  return { key: key!, mends, list, moved: movedRow };
}

function newKeys(lower: string | null, upper: string | null, count: number): string[] {
  try {
    if (count === 1) return [generateKeyBetween(lower, upper, DIGITS)];
    return generateNKeysBetween(lower, upper, count, DIGITS);
  } catch {
    throw usage(
      'a neighbour has an order key that no fractIndex made: write them with fractOrder(...) only',
    );
  }
}
