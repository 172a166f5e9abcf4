import { CrrChangeError, CrrDatabaseError } from '../errors.js';
import { type ApplyPlan, planApply } from '../merge/plan.js';
import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import { PENDING_TABLE, SITE_TABLE } from '../sql/names.js';
import { quoteBlob } from '../sql/quote.js';
import { type Statement, statement } from '../sql/statement.js';
import {
  addReport,
  emptyReport,
  type MergeReport,
  type MutableReport,
  readPlanReport,
} from './apply-result.js';
import type { Connection } from './connection.js';
import { explained, isStale, refuseIfFound } from './database-errors.js';
import type { DriftCheck } from './drift.js';
import { type Evict, evictStatements } from './evict.js';
import { type PeerUpdate, peerStatements, progressStatements, stampStatements } from './peers.js';
import type { SiteStore } from './site-store.js';

/** What one batch is merged with. */
export interface MergeBatchOptions {
  readonly onUnknown?: 'pending' | 'error' | undefined;
  readonly peer?: PeerUpdate | undefined;
  readonly evict?: Evict | undefined;
  readonly ownReturn?: boolean | undefined;
  readonly refuseIf?: readonly Statement[] | undefined;
}

/** What merging needs of a database. */
export interface MergerParts {
  readonly connection: Connection;
  readonly schema: CrrSchema;
  readonly sites: SiteStore;
  readonly drift: DriftCheck;
  /** The greatest version that columns merged by time take now. */
  readonly greatestTime: () => number;
}

/** How often a batch is tried again when other processes register sites at the same moment. */
const MAX_ATTEMPTS = 8;

/** Merges batches of changes into one database, each in one transaction. */
export class Merger {
  readonly #parts: MergerParts;
  /** Whether the pending table may hold changes; unknown at first. */
  #mayWait = true;

  constructor(parts: MergerParts) {
    this.#parts = parts;
  }

  /** Merges one batch, all of it or nothing. */
  async merge(changes: readonly Change[], options: MergeBatchOptions): Promise<MergeReport> {
    if (changes.length === 0) return this.#mergeNothing(options);
    return this.#mergeBatch(changes, options);
  }

  /** How many changes are in the pending table. */
  pendingCount(): Promise<number> {
    return explained(async () => {
      const [rows] = await this.#parts.connection.batch(
        [statement(`SELECT count(*) FROM ${PENDING_TABLE}`)],
        'read',
      );
      return Number(rows![0]![0]);
    });
  }

  async #mergeBatch(
    changes: readonly Change[],
    options: MergeBatchOptions,
  ): Promise<MutableReport> {
    const { connection, schema, sites, drift } = this.#parts;
    const onUnknown = options.onUnknown ?? 'pending';
    return explained(async () => {
      await drift.pass();
      for (let attempt = 1; ; attempt++) {
        const directory = await sites.directory(connection);
        const { maxParameters } = connection;
        const drain = this.#mayWait;
        const plan = planApply(changes, schema, directory, {
          onUnknown,
          maxParameters,
          greatestTime: this.#parts.greatestTime(),
          drain,
          ownReturn: options.ownReturn,
        });
        if (onUnknown === 'error') refuseEarly(plan);
        try {
          const peer = options.peer && peerStatements(options.peer);
          const refusals = (options.refuseIf ?? []).map(refuseIfFound);
          const before = [stampStatements.before, ...refusals, ...(peer?.before ?? [])];
          const [waiting, ...results] = await connection.batch(
            [
              ...before,
              ...plan.statements,
              ...(peer?.after ?? []),
              ...refusals,
              ...evictStatements(options.evict, schema),
              stampStatements.after,
            ],
            'write',
          );
          sites.learn(plan.newSites);
          const own = results.slice(before.length - 1);
          const total = readPlanReport(plan, own);
          const [prior, now] = Array.from(own.at(-1)![0]!, Number);
          if (changes.length > 0) total.prior = prior;
          if (changes.length > 0 && Number(waiting![0]![0]) === 0 && now! > prior!)
            total.stamp = now;
          const waitsNow = Number(own[plan.pendingIndex]![0]![0]);
          this.#mayWait = waitsNow > 0;
          // Another process left something since: what came now may be what it waits for.
          if (!drain && waitsNow > total.pending)
            addReport(total, await this.#mergeBatch([], { onUnknown }));
          return total;
        } catch (error) {
          if (!isStale(error)) throw error;
          if (attempt === MAX_ATTEMPTS) {
            throw new CrrDatabaseError(
              'CRR_DATABASE_CONTENDED',
              `other processes registered new sites in each of ${MAX_ATTEMPTS} attempts to apply this batch: try again`,
              { cause: error },
            );
          }
          sites.forget();
          await this.#register(plan);
        }
      }
    });
  }

  /** Gives a batch's new sites their ordinals ahead of it: contended, that race cannot be lost again. */
  async #register({ newSites }: ApplyPlan): Promise<void> {
    if (newSites.length === 0) return;
    const ids = newSites.map(([, siteId]) => `(${quoteBlob(siteId)})`).join(', ');
    await this.#parts.connection.batch(
      [statement(`INSERT OR IGNORE INTO ${SITE_TABLE} (site_id) VALUES ${ids}`)],
      'write',
    );
  }

  /** A batch without changes lets in what waits, if it can, and may still tell of a peer, or of rows that this database loses. */
  async #mergeNothing({ peer, evict }: MergeBatchOptions): Promise<MergeReport> {
    const { connection, schema } = this.#parts;
    // Another process may have left something; and what was ahead of its time may be due now.
    const waits = this.#mayWait || (await this.pendingCount()) > 0;
    const total = waits ? await this.#mergeBatch([], {}) : emptyReport();
    const statements = [
      ...(peer === undefined ? [] : progressStatements(peer)),
      ...evictStatements(evict, schema),
    ];
    if (statements.length > 0) await explained(() => connection.batch(statements, 'write'));
    return total;
  }
}

function refuseEarly({ early }: ApplyPlan): void {
  const first = early[0];
  if (first === undefined) return;
  const { table, cid } = first.change;
  if (first.held) {
    throw new CrrChangeError(
      'CRR_CHANGE_AHEAD',
      `"${table}"."${cid}" was written by a clock that is ahead by more than maxDrift, and onUnknown is 'error': let it wait with onUnknown: 'pending', or set the writer's clock`,
    );
  }
  throw new CrrChangeError(
    'CRR_CHANGE_UNKNOWN',
    `this schema has no CRR column "${table}"."${cid}", and onUnknown is 'error': migrate this database first, or let the changes wait with onUnknown: 'pending'`,
  );
}
