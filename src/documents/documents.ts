import { logColumns } from '../columns/registry.js';
import { isFormerVersion } from '../columns/versions.js';
import type { KeyedRow } from '../database/apply-result.js';
import { isOfClosed } from '../database/closed.js';
import type { Connection } from '../database/connection.js';
import { explained } from '../database/database-errors.js';
import type { DriftCheck } from '../database/drift.js';
import { run } from '../database/run.js';
import type { WriteListeners } from '../live/writes.js';
import { isSoundChange, refuseValue } from '../merge/validate.js';
import type { Change } from '../model/change.js';
import { packKey } from '../model/packed-key.js';
import type { CrrSchema } from '../model/schema.js';
import { isOfNoSite } from '../model/site.js';
import type { ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import { bytesToHex, type SqlValue } from '../model/value.js';
import type { Place } from '../tables/cells/document.js';
import { staleRows } from '../tables/cells/stale.js';
import { readDbVersion } from '../tables/state/read.js';
import type { TextCodec } from './codec.js';
import { Lane } from './lane.js';
import { type DocumentOptions, LiveDocument } from './live-document.js';
import { isNoRow } from './look.js';
import { Session } from './session.js';

export interface DocumentsParts {
  readonly connection: Connection;
  readonly schema: CrrSchema;
  readonly drift: DriftCheck;
  readonly writes: WriteListeners;
  /** The codec of a column, if this process has one. */
  readonly codecOf: (spec: TableSpec, column: ReplicatedColumnSpec) => TextCodec | undefined;
  readonly onError: (error: unknown) => void;
}

interface Shared {
  readonly session: Session;
  users: number;
}

interface Acquired {
  readonly session: Session;
  readonly release: () => void;
}

/** The documents of a database: those that are open, and what their columns show. */
export class Documents {
  readonly #parts: DocumentsParts;
  readonly #columns: readonly (Omit<Place, 'key'> & { readonly codec: TextCodec })[];
  readonly #open = new Map<string, Promise<Shared>>();
  readonly #lane: Lane;
  /** Rows up to this db_version show their documents, but for those of which this failed. */
  #shownTo = 0;
  readonly #stale = new Map<string, Place & { readonly codec: TextCodec }>();
  readonly #reported = new Set<string>();
  readonly #onError: (error: unknown) => void;
  #sweeping: Promise<void> | undefined;
  #nextSweep: Promise<void> | undefined;
  #isWriting = false;

  constructor(parts: DocumentsParts) {
    this.#parts = parts;
    // What is left in a database that the application has closed is found when it is opened again.
    this.#onError = (error) => isOfClosed(error) || parts.onError(error);
    this.#lane = new Lane(parts.connection);
    this.#columns = [...parts.schema.tables.values()].flatMap((spec) =>
      logColumns(spec).flatMap((column) => {
        const codec = parts.codecOf(spec, column);
        return codec === undefined ? [] : [{ spec, column, codec }];
      }),
    );
    if (this.#columns.length === 0) return;
    const names = new Set(this.#columns.map(({ spec }) => spec.name));
    parts.writes.add(({ tables, isSettled, isSchemaChange }) => {
      const isOurs = tables === undefined || tables.some((name) => names.has(name));
      const isWrittenBySql = isOurs && !isSettled && !this.#isWriting && !isSchemaChange;
      // Open documents show it at once. Otherwise it waits until the feed is read: a Worker stops what is under way when it
      // has answered.
      if (isWrittenBySql && this.#open.size > 0) void this.settle();
    });
  }

  /** @throws {CrrChangeError} if bytes for a document are no update. */
  check(changes: readonly Change[]): void {
    changes.forEach((change, index) => {
      if (!isSoundChange(change)) return; // Merging says why.
      const of = this.#columns.find(
        ({ spec, column }) => spec.name === change.table && column.name === change.cid,
      );
      if (of === undefined || isFormerVersion(of.column, change.col_version)) return;
      const { val } = change;
      if (isOfNoSite(change) || (val instanceof Uint8Array && of.codec.isUpdate(val))) return;
      const reason = `is a collaborative text, and this value is no update of ${of.codec.name}`;
      refuseValue(change, reason, index);
    });
  }

  async open<T extends object>(
    place: Place,
    codec: TextCodec<T>,
    options: DocumentOptions = {},
  ): Promise<LiveDocument<T>> {
    await this.#parts.drift.pass();
    const { session, release } = await this.#acquire(place, codec);
    try {
      await session.sync();
    } catch (error) {
      // It may be of a row that was deleted and created again, or is lost, and somebody has not closed it yet.
      if (session.isOver || isNoRow(error)) {
        release();
        if (this.#open.delete(idOf(place))) return this.open(place, codec, options);
        throw error;
      }
      if (isOfClosed(error)) {
        release();
        throw error;
      }
      // The column cannot show the text, for example because of a CHECK. Whoever edits it can help that.
      this.#onError(error);
    }
    return new LiveDocument<T>(session, options, { onError: this.#parts.onError, release });
  }

  /** Two sessions of one document would write under one id: there is never more than one. */
  async #acquire(place: Place, codec: TextCodec): Promise<Acquired> {
    const id = idOf(place);
    let opening = this.#open.get(id);
    if (opening === undefined) {
      opening = this.#session(place, codec).then((session) => ({ session, users: 0 }));
      this.#open.set(id, opening);
      opening.catch(() => this.#open.delete(id));
    }
    const shared = await opening;
    shared.users++;
    const release = () => {
      if (--shared.users > 0) return;
      if (this.#open.get(id) === opening) this.#open.delete(id);
      shared.session.close();
    };
    return { session: shared.session, release };
  }

  async #show(place: Place, codec: TextCodec): Promise<void> {
    const { session, release } = await this.#acquire(place, codec);
    try {
      await session.sync().finally(release);
    } catch (error) {
      if (!isNoRow(error)) throw error;
      // Somebody still has the document of a row that was deleted and created again.
      const another = await this.#session(place, codec);
      await another.sync().finally(() => another.close());
    }
  }

  async #session(place: Place, codec: TextCodec): Promise<Session> {
    const { connection, writes } = this.#parts;
    const lane = () => this.#lane.take();
    const onWritten = () => {
      this.#isWriting = true;
      writes.emit({ tables: [place.spec.name] });
      this.#isWriting = false;
    };
    return explained(() => Session.open({ connection, place, codec, lane, onWritten }));
  }

  /**
   * Brings columns up to date that do not show their documents: after a merge, and after writes by SQL. What cannot be
   * brought up to date now stays as it is, and is found again.
   */
  settle(returned: readonly KeyedRow[] = []): Promise<void> {
    if (this.#columns.length === 0) return Promise.resolve();
    for (const { table, key } of returned) {
      for (const stale of this.#columns.filter(({ spec }) => spec.name === table)) {
        this.#stale.set(idOf({ ...stale, key }), { ...stale, key });
      }
    }
    // One that has not begun yet will see this, too.
    this.#nextSweep ??= (this.#sweeping ?? Promise.resolve()).then(() => {
      this.#sweeping = this.#nextSweep;
      this.#nextSweep = undefined;
      return this.#sweep().catch(this.#onError);
    });
    return this.#nextSweep;
  }

  /** See DocumentHooks. Other processes write by SQL, too, so it looks. */
  async settled(): Promise<void> {
    if (this.#columns.length === 0) return;
    await (this.#nextSweep ?? this.#sweeping);
    await this.#showStale(() => true);
  }

  async #sweep(): Promise<void> {
    // Those that are open are brought up to date below.
    await this.#showStale((id) => !this.#open.has(id));
    for (const [id, opening] of [...this.#open]) {
      const stale = this.#stale.get(id);
      await this.#trySync(id, () =>
        stale ? this.#show(stale, stale.codec) : opening.then(({ session }) => session.sync()),
      );
    }
  }

  /** Finds what columns do not show, and shows it. What is not meant is left for whoever shows it. */
  async #showStale(isMeant: (id: string) => boolean): Promise<void> {
    const { connection, drift } = this.#parts;
    const { schema } = await drift.pass();
    let version = this.#shownTo;
    const columns = this.#columns.filter(({ spec, column }) =>
      schema.tables.get(spec.name)?.cellColumns.some(({ name }) => name === column.name),
    );
    await run(
      connection,
      [
        readDbVersion((now) => {
          version = now;
        }),
        ...columns.map(({ spec, column, codec }) =>
          staleRows(spec, column, this.#shownTo, (key: SqlValue[]) => {
            const stale = { spec, column, codec, key };
            this.#stale.set(idOf(stale), stale);
          }),
        ),
      ],
      'read',
    );
    for (const [id, { codec, ...place }] of [...this.#stale]) {
      if (isMeant(id)) await this.#trySync(id, () => this.#show(place, codec));
    }
    this.#shownTo = version;
  }

  /** What fails here is tried again with the next, and does not keep others from theirs. It is reported once. */
  async #trySync(id: string, sync: () => Promise<void>): Promise<void> {
    try {
      await sync();
      this.#stale.delete(id);
      this.#reported.delete(id);
    } catch (error) {
      // The row may be gone. Whoever opens or edits it learns of it there.
      if (isNoRow(error)) this.#stale.delete(id);
      else if (!this.#reported.has(id)) {
        this.#reported.add(id);
        this.#onError(error);
      }
    }
  }
}

const idOf = ({ spec, column, key }: Place) =>
  `${bytesToHex(packKey(key))} ${column.name} ${spec.name}`;
