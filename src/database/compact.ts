import { constrainedTables } from '../model/constraints.js';
import { requireVersion } from '../model/options.js';
import { packKey } from '../model/packed-key.js';
import type { RowSet } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import { statement } from '../sql/statement.js';
import {
  findLatePending,
  findTombstones,
  forgetLatePending,
  forgetPending,
  forgetTombstones,
  type Tombstone,
} from '../tables/clock/forget.js';
import { raiseBirth, raiseHorizon } from '../tables/milestone/forgotten.js';
import { raiseSweptVersion } from '../tables/milestone/table.js';
import { forgetPeersBefore, type KnownPeer } from '../tables/peer/holdback.js';
import { limitTombstoneUsage } from '../tables/usage/table.js';
import type { Connection } from './connection.js';
import { requireFormat } from './format.js';
import {
  expiryDay,
  PEER_EXPIRY_MS,
  type RemovalOptions,
  refusedRows,
  removalOf,
} from './hold-back.js';
import { run } from './run.js';

export interface CompactOptions extends RemovalOptions {
  /** How many rows a step removes, each in a transaction of its own. Default: 1,000. */
  readonly limit?: number | undefined;
  /** Called after each step. */
  readonly onProgress?: ((soFar: Compacted) => void) | undefined;
}

/** What was removed. */
export interface Compacted {
  readonly tombstones: number;
  /** Pending changes that could never apply, because their rows are deleted. */
  readonly pending: number;
}

export interface CompactResult extends Compacted {
  /** Deletes up to this db_version may be forgotten. */
  readonly upTo: number;
  /** The peers that lack the next deletes, if they are why no more could be forgotten. */
  readonly heldBackBy: readonly KnownPeer[];
}

const STEP_ROWS = 1_000;

/** Removes what nobody needs any more, in steps. It may be interrupted between any two of them. */
export class Compactor {
  readonly #limit: number;
  readonly #peerExpiry: number;
  #tombstones = 0;
  #pending = 0;

  constructor(
    readonly connection: Connection,
    readonly schema: CrrSchema,
    readonly options: CompactOptions,
  ) {
    const { upTo, peerExpiry = PEER_EXPIRY_MS, limit = STEP_ROWS } = options;
    if (upTo !== undefined) requireVersion('compact()', 'upTo', upTo);
    requireVersion('compact()', 'peerExpiry', peerExpiry);
    requireVersion('compact()', 'limit', limit, 1);
    this.#limit = Math.min(limit, MAX_STEP_ROWS);
    this.#peerExpiry = peerExpiry;
  }

  /**
   * @param dbVersion the present one.
   * @param settle decides what tables with constraints show, up to it at least.
   */
  async compact(dbVersion: number, settle: () => Promise<unknown>): Promise<CompactResult> {
    await requireFormat(this.connection);
    const removal = await removalOf(this.connection, 'compact()', this.options, dbVersion);
    // Without its tombstone nobody would find which rows a deleted one has freed, or left without a parent.
    if (constrainedTables(this.schema).length > 0) await settle();
    const { upTo } = removal;
    const refused = await refusedRows(this.connection);
    for (const spec of this.schema.tables.values()) {
      await this.#forgetPending(spec);
      await this.#forgetTombstones(spec, upTo, refused);
    }
    const specs = [...this.schema.tables.values()];
    const last = [
      statement(raiseSweptVersion(upTo)),
      limitTombstoneUsage(specs),
      forgetPeersBefore(expiryDay(this.#peerExpiry)),
    ];
    await this.connection.batch(last, 'write');
    return { ...this.#soFar, ...removal };
  }

  get #soFar(): Compacted {
    return { tombstones: this.#tombstones, pending: this.#pending };
  }

  async #forgetPending(spec: TableSpec): Promise<void> {
    for (;;) {
      const rowids: string[] = [];
      const find = findLatePending(spec, this.#limit, (rowid) => rowids.push(rowid));
      await run(this.connection, [find], 'read');
      if (rowids.length === 0) return;
      await this.connection.batch([forgetPending(rowids)], 'write');
      this.#pending += rowids.length;
      this.#report();
    }
  }

  async #forgetTombstones(spec: TableSpec, upTo: number, refused: RowSet): Promise<void> {
    const limit = this.#limit;
    let after: Tombstone | undefined;
    for (;;) {
      const found: Tombstone[] = [];
      const search = { after, upTo, limit };
      await run(this.connection, [findTombstones(spec, search, (row) => found.push(row))], 'read');
      const dead = found.filter(({ key }) => !refused.has({ table: spec.name, pk: packKey(key) }));
      if (dead.length > 0) {
        await this.connection.batch(
          [
            // With the tombstones that they stand for.
            statement(raiseHorizon(dead.at(-1)!.dbVersion)),
            statement(raiseBirth(Math.max(...dead.map(({ causalLength }) => causalLength)) + 1)),
            forgetLatePending(spec),
            ...forgetTombstones(spec, dead),
          ],
          'write',
        );
        this.#tombstones += dead.length;
        this.#report();
      }
      if (found.length < limit) return;
      after = found.at(-1);
    }
  }

  #report(): void {
    this.options.onProgress?.(this.#soFar);
  }
}

/** The rowids of more rows may be longer than a statement of D1. */
const MAX_STEP_ROWS = 2_000;
