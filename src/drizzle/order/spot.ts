import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';
import { DIGITS } from '../../columns/fract-index/key-sql.js';
import { isOrderKey } from '../../columns/fract-index/valid.js';
import { type Neighbour, readNeighbours } from './neighbours.js';
import {
  type Drizzle,
  type OrderedTable,
  type Row,
  type RowKey,
  refuseMissing,
  usage,
  type Writing,
} from './table.js';

/** A place beside other rows, which are named by their keys. */
export type PlaceBesideRows =
  | { readonly after: RowKey }
  | { readonly before: RowKey }
  | { readonly between: readonly [RowKey, RowKey] };

export interface Spot {
  /** The order key for it. */
  readonly key: string;
  /** Updates that give the rows behind it, if their keys are equal, keys of their own. */
  readonly separations: readonly Writing[];
  /** The list of the place, and that of the moved row, by property. */
  readonly list: Row;
  readonly moved: Row | undefined;
}

/**
 * Reads the neighbourhood of a place in one query, and finds the key for it.
 *
 * @param moved the row that is to go there, if it is in the table already.
 * @throws {CrrUsageError} if a row of the place does not exist, or no row can stand there.
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
    throw usage('a row cannot be moved beside itself: name another row');
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
  /** Rows that get keys of their own, before the place and behind it. */
  let front: readonly Neighbour[] = [];
  let behind = run.slice(at + 1);
  if (!isOrderKey(position)) {
    // Nothing can stand beside such a text, so the rows that have it get order keys.
    const split = 'before' in place ? at : at + 1;
    [lower, front, behind] = [previous, run.slice(0, split), run.slice(split)];
  } else if ('before' in place) {
    if (at === 0) [lower, upper, behind] = [previous, position, []];
    else behind = run.slice(at);
  }
  if ('between' in place) {
    const second = of(anchors[1]!);
    ordered.refuseOtherList(list, second.run[0]!.list);
    const other = second.run[0]!.position;
    if (other < position || (other === position && second.at <= at)) {
      throw usage('in between: [a, b], row a must stand before row b');
    }
    // Rows with equal keys are separated from the first of them on.
    if (other > position && !isOrderKey(other)) behind.push(...second.run.slice(second.at));
    else if (other > position && behind.length === 0) upper = other;
  }
  const stays = ({ row }: Neighbour) => moved === undefined || !ordered.isSame(row, moved);
  front = front.filter(stays);
  const keys = newKeys(lower, upper, front.length + 1 + behind.filter(stays).length);
  const [key] = keys.splice(front.length, 1);
  const separations = [...front, ...behind.filter(stays)].map(({ row }, i) =>
    db
      .update(ordered.table)
      .set({ [ordered.property]: keys[i] })
      .where(ordered.keyIs(row)),
  );
  return { key: key!, separations, list, moved: movedRow };
}

function newKeys(lower: string | null, upper: string | null, count: number): string[] {
  if (count === 1) return [generateKeyBetween(lower, upper, DIGITS)];
  return generateNKeysBetween(lower, upper, count, DIGITS);
}
