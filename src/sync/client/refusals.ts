import { RowSet, textOfRow } from '../../model/row-id.js';
import type { RefusedRow } from '../protocol.js';
import type { HiddenRow, PeerRefusal } from '../site.js';
import type { Answer, Round } from './round.js';

/** What an answer means for the rows that the server refuses. */
export interface Refusals {
  readonly refused: readonly RefusedRow[];
  /** Rows to be dropped here, with the db_version up to which their changes were sent. */
  readonly dropped: readonly (HiddenRow & { readonly sentTo: number })[];
  /** For the record of the peer. */
  readonly update: {
    readonly add: readonly PeerRefusal[];
    readonly remove: readonly HiddenRow[];
    readonly offer: readonly HiddenRow[];
  };
  readonly isNothing: boolean;
}

/**
 * Rows that were refused are remembered. A row that was refused before and is taken now is forgotten. If
 * the server grants other rights than when it refused a row, the row is sent once more.
 */
export function refusalsOf({ push, peer }: Round, { refused = [], rights }: Answer): Refusals {
  const now = new RowSet(refused);
  const sentTo = new Map<string, number>();
  for (const change of push) {
    const id = textOfRow(change);
    sentTo.set(id, Math.max(sentTo.get(id) ?? 0, change.db_version));
  }
  const known = peer?.refused ?? [];
  const others = known.filter((row) => !now.has(row));
  const remove = others.filter((row) => sentTo.has(textOfRow(row)));
  const offer = others.filter((row) => !sentTo.has(textOfRow(row)) && row.rights !== rights);
  const add = [
    ...refused.map(({ table, pk, code }) => ({ table, pk, code, rights })),
    ...offer.map((row) => ({ ...row, rights })),
  ];
  const dropped = refused.flatMap((row) =>
    row.drop ? [{ table: row.table, pk: row.pk, sentTo: sentTo.get(textOfRow(row)) ?? 0 }] : [],
  );
  const isNothing = add.length + remove.length + dropped.length === 0;
  return { refused, dropped, update: { add, remove, offer }, isNothing };
}
