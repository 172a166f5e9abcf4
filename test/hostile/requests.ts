/** Requests that no honest client sends: well formed, with contents that are not. */
import type { Change } from '../../src/index.js';
import {
  MAX_PROBE,
  MAX_SKIP,
  MAX_TABLES,
  type Pull,
  type SyncRequest,
} from '../../src/sync/protocol.js';
import type { Cursor } from '../../src/sync/site.js';
import type { Random } from '../support/random.js';
import { hostileBatch, hostileKey, type Ingredients } from './changes.js';
import { anyFilter, anyName, anyReceipt, anySite, anyTable, anyVersion } from './values.js';

/** What an attacker knows from answers to honest requests. */
export interface Overheard {
  readonly filters: readonly string[];
  readonly receipts: readonly string[];
  readonly version: number;
}

export function hostileRequest(
  random: Random,
  parts: Ingredients,
  heard: Overheard,
): Partial<SyncRequest> {
  const maybe = <T>(chance: number, value: () => T) =>
    random.chance(chance) ? value() : undefined;
  return {
    siteId: random.chance(0.8) ? parts.ownSite : anyMember(random, parts),
    schema: random.chance(0.8) ? '' : anyName(random),
    to: maybe(0.1, () => anyMember(random, parts)),
    tables: maybe(0.15, () => someTables(random)),
    push: maybe(0.75, () => ({
      changes: hostileBatch(random, parts) as unknown as Change[],
      through: random.chance(0.7) ? 0 : hostileCursor(random, heard),
    })),
    pull: maybe(0.5, () => hostilePull(random, heard)),
    maxMessageBytes: maybe(0.1, () => anyVersion(random)),
    receipt: maybe(0.15, () =>
      random.chance(0.5) ? anyReceipt(random) : random.pick(['', ...heard.receipts]),
    ),
    ticket: maybe(0.1, () => ({
      last: random.pick(['', 'cc:2', 'x', '0123456789abcdef:1']),
      next: random.pick(['', 'cc:3', ':', '0123456789abcdef:2', `${2 ** 53}:x`]),
    })),
    birth: maybe(0.1, () => anyVersion(random)),
    probe: maybe(0.1, () =>
      Array.from({ length: random.chance(0.05) ? MAX_PROBE + 1 : random.int(6) }, () => ({
        table: anyTable(random),
        pk: hostileKey(random),
      })),
    ),
  };
}

const anyMember = (random: Random, { sites }: Ingredients) =>
  random.chance(0.7) ? random.pick(sites) : anySite(random);

function someTables(random: Random): string[] {
  const count = random.chance(0.05) ? MAX_TABLES + 1 : random.int(4);
  return Array.from({ length: count }, () => anyTable(random));
}

function hostilePull(random: Random, heard: Overheard): Pull {
  const skips = random.chance(0.05) ? MAX_SKIP + 1 : random.int(4);
  return {
    cursor: random.chance(0.4) ? 0 : hostileCursor(random, heard),
    filter: random.chance(0.6) ? random.pick(['', '?', ...heard.filters]) : anyFilter(random),
    skip: Array.from({ length: skips }, () => anyVersion(random)),
    maxBytes: random.chance(0.5) ? 100_000 : anyVersion(random),
  };
}

function hostileCursor(random: Random, { version }: Overheard): number | Cursor {
  const near = () => (random.chance(0.6) ? random.int(version + 2) : anyVersion(random));
  if (random.chance(0.4)) return near();
  const maybe = <T>(chance: number, value: () => T) =>
    random.chance(chance) ? value() : undefined;
  const row = maybe(0.5, () => ({
    table: anyTable(random),
    key: random.pick(['0', '1', '-5', '9223372036854775807', '-9223372036854775808', '7']),
  }));
  const part = maybe(0.3, () => ({
    count: anyVersion(random),
    mark: random.pick(['', 'f', '0123456789abcdef']),
  }));
  const horizon = maybe(0.3, near);
  const after = { db_version: near() };
  return {
    since: near(),
    after: {
      ...after,
      ...(horizon !== undefined && { horizon }),
      ...(row && { row }),
      ...(part && { part }),
    },
  };
}
