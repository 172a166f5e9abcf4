import { CrrDatabaseError } from '../errors.js';
import type { DriverRow } from '../sql/driver-value.js';
import { type Query, queryRow, type Statement } from '../sql/statement.js';
import { SELECT_MOMENT } from '../tables/milestone/moment.js';
import type { Connection } from './connection.js';
import { requireRehearsals } from './rehearsals.js';

/** How often a rehearsal begins again when others write at the same moment. */
const MAX_ATTEMPTS = 8;

/** Somebody else has written during a rehearsal. */
class Disturbed extends Error {}

/**
 * Runs something that reads and writes in several batches, on the database as it is, and keeps nothing of it. No
 * transaction stays open meanwhile, so that drivers that answer at once can do it, too: with each batch, those before
 * it are run again, and all of them are taken back. If somebody else writes in between, it begins again.
 *
 * @param caller names the public method in messages, such as `preview()`.
 */
export async function rehearse<T>(
  connection: Connection,
  caller: string,
  play: (rehearsal: Rehearsal) => Promise<T>,
): Promise<T> {
  requireRehearsals(connection, caller);
  for (let attempt = 1; ; attempt++) {
    const rehearsal = new Rehearsal(connection);
    try {
      return await play(rehearsal);
    } catch (error) {
      if (!(error instanceof Disturbed)) throw error;
      if (attempt < MAX_ATTEMPTS) continue;
      throw new CrrDatabaseError(
        'CRR_DATABASE_CONTENDED',
        `${caller}: others wrote to this database in each of ${MAX_ATTEMPTS} attempts: try again`,
      );
    }
  }
}

/** A connection whose writes are seen by its later batches, and by nobody else. */
export class Rehearsal implements Connection {
  readonly maxParameters: number;
  readonly maxStatementBytes: number;
  readonly maxColumns: number;
  readonly #connection: Connection;
  /** What has been written up to now. */
  readonly #played: Statement[] = [];
  #moment: string | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.maxParameters = connection.maxParameters;
    this.maxStatementBytes = connection.maxStatementBytes;
    this.maxColumns = connection.maxColumns;
  }

  async batch(statements: readonly Statement[], mode: 'read' | 'write'): Promise<DriverRow[][]> {
    const played = [...this.#played];
    const moment = this.#checkMoment();
    const all = [moment, ...played, ...statements];
    const isPlain = mode === 'read' && played.length === 0;
    const [first, ...results] = isPlain
      ? await this.#connection.batch(all, 'read')
      : await this.#connection.rehearse!(all);
    moment.read!(first!);
    if (mode === 'write') this.#played.push(...statements);
    return results.slice(played.length);
  }

  /** The database as it is without what has been written here, to be read only. */
  get untouched(): Connection {
    const { maxParameters, maxStatementBytes, maxColumns } = this;
    return {
      ...{ maxParameters, maxStatementBytes, maxColumns },
      batch: async (statements) => {
        const moment = this.#checkMoment();
        const [first, ...results] = await this.#connection.batch([moment, ...statements], 'read');
        moment.read!(first!);
        return results;
      },
    };
  }

  #checkMoment(): Query {
    return queryRow(SELECT_MOMENT, ({ 0: version, 1: seq, 2: schema }) => {
      const moment = `${version} ${seq} ${schema}`;
      this.#moment ??= moment;
      if (moment !== this.#moment) throw new Disturbed('the database has changed');
    });
  }
}
