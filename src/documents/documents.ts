import { logColumns } from '../columns/registry.js';
import type { Connection } from '../database/connection.js';
import { explained } from '../database/database-errors.js';
import type { DriftCheck } from '../database/drift.js';
import { run } from '../database/run.js';
import type { WriteListeners } from '../live/writes.js';
import { packKey } from '../model/packed-key.js';
import type { CrrSchema } from '../model/schema.js';
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
  /** Rows up to this db_version show their documents. */
  #shownTo = 0;
  #sweeping: Promise<void> | undefined;
  #isWriting = false;

  constructor(parts: DocumentsParts) {
    this.#parts = parts;
    this.#lane = new Lane(parts.connection);
    this.#columns = [...parts.schema.tables.values()].flatMap((spec) =>
      logColumns(spec).flatMap((column) => {
        const codec = parts.codecOf(spec, column);
        return codec === undefined ? [] : [{ spec, column, codec }];
      }),
    );
    if (this.#columns.length === 0) return;
    const names = new Set(this.#columns.map(({ spec }) => spec.name));
    parts.writes.add(({ tables, isSchemaChange }) => {
      const isOurs = tables === undefined || tables.some((name) => names.has(name));
      if (isOurs && !this.#isWriting && !isSchemaChange) void this.settle();
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
      release();
      // It may be that of a row that was deleted and created again, which somebody has not closed yet.
      if (isNoRow(error) && this.#open.delete(idOf(place))) return this.open(place, codec, options);
      throw error;
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
    await session.sync().finally(release);
  }

  async #session(place: Place, codec: TextCodec): Promise<Session> {
    const { connection, writes } = this.#parts;
    const lane = await this.#lane.take();
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
  settle(): Promise<void> {
    if (this.#columns.length === 0) return Promise.resolve();
    const before = this.#sweeping ?? Promise.resolve();
    const sweeping = before.then(() => this.#sweep()).catch(this.#parts.onError);
    this.#sweeping = sweeping;
    return sweeping;
  }

  /** Ends when nothing is under way. */
  settled(): Promise<void> {
    return this.#sweeping ?? Promise.resolve();
  }

  async #sweep(): Promise<void> {
    const { connection, drift } = this.#parts;
    const { schema } = await drift.pass();
    let version = this.#shownTo;
    const found: (Place & { readonly codec: TextCodec })[] = [];
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
          staleRows(spec, column, this.#shownTo, (key: SqlValue[]) =>
            found.push({ spec, column, codec, key }),
          ),
        ),
      ],
      'read',
    );
    for (const { codec, ...place } of found) {
      if (this.#open.has(idOf(place))) continue; // Below, with all that are open.
      // A row that is gone by now has nothing to show.
      await this.#show(place, codec).catch((error) => {
        if (!isNoRow(error)) throw error;
      });
    }
    for (const opening of [...this.#open.values()]) {
      // The row may be gone. Whoever opens or edits it learns of it there.
      await opening.then(({ session }) => session.sync()).catch(() => {});
    }
    this.#shownTo = version;
  }
}

const idOf = ({ spec, column, key }: Place) =>
  `${bytesToHex(packKey(key))} ${column.name} ${spec.name}`;
