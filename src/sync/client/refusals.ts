import { RowSet, textOfRow } from '../../model/row-id.js';
import { partOf } from '../chunk.js';
import type { RefusedRow } from '../protocol.js';
import type { HiddenRow, PeerRefusal } from '../site.js';
import { FORGOTTEN } from './reconcile.js';
import type { Answer, Round } from './round.js';

/** What an answer means for the rows that the server refuses. */
export interface Refusals {
  readonly refused: readonly RefusedRow[];
  /** Rows to be dropped here, with the db_versions of their changes that were sent. */
  readonly dropped: readonly (HiddenRow & {
    readonly sentTo: number;
    readonly refusedFrom: number;
  })[];
  /** For the record of the peer. */
  readonly update: {
    readonly add: readonly PeerRefusal[];
    readonly remove: readonly HiddenRow[];
    readonly offer: readonly HiddenRow[];
  };
  /** For each refused row, the least db_version of what was sent of it, by its text. */
  readonly refusedFrom: ReadonlyMap<string, number>;
  readonly isNothing: boolean;
}

/**
 * Rows that were refused are remembered. A row that was refused before and is taken now is forgotten. If
 * the server grants other rights than when it refused a row, the row is sent once more.
 *
 * @param tooLarge rows of which a cell does not fit in a request.
 */
export function refusalsOf(
  { push, peer, chunk }: Round,
  { refused = [], rights }: Answer,
  tooLarge: readonly RefusedRow[],
): Refusals {
  const now = new RowSet([...refused, ...tooLarge]);
  const known = peer?.refused ?? [];
  // Looking at each change costs as much as encoding it.
  if (now.size === 0 && known.length === 0) return NONE;
  const sent = new Map<string, { readonly from: number; readonly to: number }>();
  for (const change of push) {
    const id = textOfRow(change);
    const { from, to } = sent.get(id) ?? { from: Number.MAX_SAFE_INTEGER, to: 0 };
    const { db_version: version } = change;
    sent.set(id, { from: Math.min(from, version), to: Math.max(to, version) });
  }
  const others = known.filter((row) => !now.has(row));
  // A row of which only a part was sent is not taken yet.
  const isPart = partOf(chunk.cursor) !== undefined;
  const remove = isPart ? [] : others.filter((row) => sent.has(textOfRow(row)));
  const offer = others.filter(
    (row) => !sent.has(textOfRow(row)) && row.rights !== rights && row.code !== FORGOTTEN,
  );
  const add = [
    ...now.values().map(({ table, pk, code }) => ({ table, pk, code, rights })),
    ...offer.map((row) => ({ ...row, rights })),
  ];
  const dropped = refused.flatMap(({ table, pk, drop }) => {
    if (!drop) return [];
    const { from = Number.MAX_SAFE_INTEGER, to = 0 } = sent.get(textOfRow({ table, pk })) ?? {};
    return [{ table, pk, sentTo: to, refusedFrom: from }];
  });
  const refusedFrom = new Map(
    refused.flatMap((row) => {
      const id = textOfRow(row);
      const range = sent.get(id);
      return range === undefined ? [] : [[id, range.from] as const];
    }),
  );
  const isNothing = add.length + remove.length + dropped.length === 0;
  return { refused, dropped, update: { add, remove, offer }, refusedFrom, isNothing };
}

const NONE: Refusals = {
  refused: [],
  dropped: [],
  update: { add: [], remove: [], offer: [] },
  refusedFrom: new Map(),
  isNothing: true,
};
