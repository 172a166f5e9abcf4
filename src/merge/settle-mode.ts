import type { TableSpec } from '../model/table-spec.js';
import { type Look, readLook } from '../tables/aside/look.js';
import { GUARDS } from '../tables/guard/table.js';

/**
 * How much a batch does about what tables with constraints show. Nobody can branch inside of a batch, so it is sent with
 * what is nearly always enough, fails if that was too little, and is sent again with more:
 *
 *     first  looks whether something must be settled, if nothing is aside
 *     look   looks, whatever is aside
 *     part   settles the tables that a look has named, as far as they are concerned
 *     whole  settles all of all tables
 */
export type SettleMode =
  | { readonly kind: 'first' | 'look' | 'whole' }
  | ({ readonly kind: 'part' } & Look);

/**
 * How a batch is sent again.
 *
 * @param message of the error with which it failed.
 * @param specs the tables of its schema with constraints.
 * @returns undefined if it failed for another reason.
 */
export function nextMode(
  mode: SettleMode,
  message: string,
  specs: readonly TableSpec[],
): SettleMode | undefined {
  if (!message.includes(GUARDS.unsettled)) return undefined;
  if (mode.kind === 'whole') return undefined;
  if (mode.kind === 'part') return { kind: 'whole' };
  const look = readLook(message, specs);
  if (look !== undefined) return { kind: 'part', ...look };
  return { kind: mode.kind === 'first' ? 'look' : 'whole' };
}
