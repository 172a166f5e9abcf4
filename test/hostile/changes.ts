/** Batches of changes that no honest database sends, made of some that one has sent. */
import { type Change, packKey, type SqlValue } from '../../src/index.js';
import type { Random } from '../support/random.js';
import {
  absurdValue,
  absurdVersion,
  anyKeyValue,
  anyName,
  anySite,
  anyTable,
  anyValue,
  anyVersion,
} from './values.js';

/** A change as somebody may send it: any of its columns can be anything. */
export type Loose = Record<keyof Change, unknown>;

export interface Ingredients {
  /** What honest databases have sent. */
  readonly honest: readonly Change[];
  /** The sites that take part, that of the server and of the attacker among them. */
  readonly sites: readonly Uint8Array[];
  /** The attacker's own. */
  readonly ownSite: Uint8Array;
  /** Whether values may have types that no message can have. */
  readonly absurd: boolean;
}

export function hostileBatch(random: Random, parts: Ingredients): Loose[] {
  const count = random.chance(0.02) ? 200 : random.int(6);
  const batch: Loose[] = [];
  while (batch.length < count) batch.push(...hostileRow(random, parts));
  return random.chance(0.2) ? random.shuffle(batch) : batch;
}

/** A few changes of one row, honest ones in the name of the attacker for a start. */
function hostileRow(random: Random, parts: Ingredients): Loose[] {
  const first = random.int(parts.honest.length);
  const { table, pk } = parts.honest[first]!;
  const row = parts.honest.slice(first, first + 1 + random.int(4));
  const isSameRow = (change: Change) => change.table === table && change.pk === pk;
  const changes: Loose[] = row
    .filter((change, i) => i === 0 || isSameRow(change))
    .map((change) => ({ ...change, site_id: parts.ownSite }));
  for (let faults = random.int(5); faults > 0; faults--) {
    if (random.chance(0.3)) spoilAll(random, changes);
    else spoil(random, random.pick(changes), parts);
  }
  if (random.chance(0.15)) changes.push({ ...random.pick(changes), val: anyValue(random) });
  return changes;
}

/** The same fault in the whole row, which then still belongs together. */
function spoilAll(random: Random, changes: Loose[]): void {
  const fault = random.pick<() => Partial<Loose>>([
    () => ({ table: anyTable(random) }),
    () => ({ pk: hostileKey(random) }),
    () => ({ cl: anyVersion(random) }),
    () => ({ col_version: anyVersion(random) }),
    () => ({ site_id: anySite(random) }),
  ])();
  for (const change of changes) Object.assign(change, fault);
}

function spoil(random: Random, change: Loose, { sites, absurd }: Ingredients): void {
  const isAbsurd = absurd && random.chance(0.2);
  const version = () => (isAbsurd ? absurdVersion(random) : anyVersion(random));
  const faults: readonly (() => Partial<Loose>)[] = [
    () => ({ table: isAbsurd ? absurdValue(random) : anyTable(random) }),
    () => ({ pk: isAbsurd ? absurdValue(random) : hostileKey(random) }),
    () => ({ pk: spoiltBytes(random, change.pk) }),
    () => ({ cid: isAbsurd ? absurdValue(random) : anyName(random) }),
    () => ({ cid: '-1', val: null }),
    () => ({ val: isAbsurd ? absurdValue(random) : anyValue(random) }),
    () => ({ val: isAbsurd ? absurdValue(random) : anyValue(random) }),
    () => ({ col_version: version() }),
    () => ({ db_version: version() }),
    () => ({ seq: version() }),
    () => ({ cl: version() }),
    () => ({ site_id: random.chance(0.7) ? random.pick(sites) : anySite(random) }),
    () => ({ site_id: isAbsurd ? absurdValue(random) : random.bytes(15 + random.int(3)) }),
  ];
  Object.assign(change, random.pick(faults)());
}

export function hostileKey(random: Random): Uint8Array {
  const count = random.pick([1, 1, 1, 1, 2, 2, 0, 3, 17]);
  const key = packKey(Array.from({ length: count }, () => anyKeyValue(random) as SqlValue));
  return random.chance(0.2) ? (spoiltBytes(random, key) as Uint8Array) : key;
}

/** Cut, longer, or with other bytes. Anything else than bytes is left as it is. */
export function spoiltBytes(random: Random, bytes: unknown): unknown {
  if (!(bytes instanceof Uint8Array)) return bytes;
  return random.pick<() => Uint8Array>([
    () => bytes.slice(0, random.int(bytes.length + 1)),
    () => Uint8Array.from([...bytes, ...random.bytes(1 + random.int(4))]),
    () => replaced(random, bytes),
    () => random.bytes(random.int(12)),
  ])();
}

/** With some of its bytes replaced, rather by those that lengths and flags are made of. */
export function replaced(random: Random, bytes: Uint8Array): Uint8Array {
  const result = bytes.slice();
  if (result.length === 0) return result;
  for (let i = 1 + random.int(3); i > 0; i--) {
    const byte = random.chance(0.5) ? random.pick([0, 1, 127, 128, 255]) : random.int(256);
    result[random.int(result.length)] = byte;
  }
  return result;
}
