/** A server under attack: it begins each episode with the same rows, and anything that it does is looked at. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Change } from '../../src/index.js';
import { population } from '../constraints/history.js';
import { RecycledDatabase } from '../constraints/recycled.js';
import type { Site } from '../constraints/site.js';
import { randomWrite, thing } from '../simulator/writes.js';
import { closeLater } from '../support/closing.js';
import { Random } from '../support/random.js';
import { type Attacked, POPULATIONS, SCHEMAS } from './schema.js';

export const SERVER = 'aa'.repeat(16);
const HONEST = 'cc'.repeat(16);
/** How many transactions of an honest site attacks are made of. */
const HONEST_WRITES = 150;

export class Arena {
  readonly #directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-hostile-'));

  private constructor(
    readonly kind: Attacked,
    readonly database: RecycledDatabase,
    readonly peer: RecycledDatabase,
    /** What an honest site has sent. */
    readonly honest: readonly Change[],
  ) {}

  static async open(kind: Attacked): Promise<Arena> {
    const [database, peer] = [
      await RecycledDatabase.open(SCHEMAS[kind]),
      await RecycledDatabase.open(SCHEMAS[kind]),
    ];
    const arena = new Arena(kind, database, peer, await honestChanges(kind, database));
    closeLater(() => arena.close());
    const server = database.site({ siteId: SERVER });
    for (const statement of POPULATIONS[kind]) await server.write([statement]);
    database.backUp(arena.#populated);
    return arena;
  }

  /** The server as it is before anybody has attacked it. */
  server(): Site {
    return this.database.site({ file: this.#populated });
  }

  close(): void {
    this.database.close();
    this.peer.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get #populated(): string {
    return join(this.#directory, 'populated.db');
  }
}

/** The queries of Drizzle, which decode values. */
export const queriesOf = ({ db }: Site) => db as unknown as BetterSQLite3Database;

/** Of a site whose rows have the same keys as the server's. */
async function honestChanges(
  kind: Attacked,
  database: RecycledDatabase,
): Promise<readonly Change[]> {
  const site = database.site({ siteId: HONEST });
  const random = new Random(1);
  const isSimple = kind === 'simple';
  for (const statement of isSimple ? SIMPLE : population(random)) await site.write([statement]);
  for (let i = 0; i < HONEST_WRITES; i++) {
    await site.write(isSimple ? [thing(random)] : randomWrite(random, i));
  }
  for (const id of ['n0', 'n2', 'x1']) {
    await site.write([
      `INSERT INTO notes (id, owner, body, labels, due) VALUES ('${id}', 'mallory', 'mine', '[1]', 1700000000)`,
    ]);
  }
  return (await site.db.$crr.changes()).changes;
}

const SIMPLE: readonly string[] = [
  `INSERT INTO members (org, user, role) VALUES ('o0', 'u0', 'dev'), ('o1', 'u2', 'ops')`,
  `INSERT INTO projects (id, title) VALUES (1, 'x'), (2, 'y')`,
  `INSERT INTO tags (id, name) VALUES ('g0', 'x'), ('g1', 'y')`,
];
