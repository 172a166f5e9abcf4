import type { CrrSchema } from '../model/schema.js';
import { type Statement, statement } from '../sql/statement.js';
import { FORGET_SETTLED } from '../tables/aside/settle.js';
import type { Repair } from '../tables/invariant.js';
import { sharedObjects } from '../tables/modules.js';
import { receiveAgain } from '../tables/peer/table.js';
import type { Connection } from './connection.js';
import { requireFormat } from './format.js';
import { readPresentSchema } from './present-schema.js';
import { type Finding, type Verification, Verifier } from './verify.js';

/** The result of {@link verify}. */
export interface VerifyReport {
  /** What is wrong now. */
  readonly findings: readonly Finding[];
  /** How many findings there are, with those that are not listed. */
  readonly count: number;
  /** What was wrong before the repair. */
  readonly repaired: readonly Finding[];
  readonly repairedCount: number;
  /**
   * Versions were lost, so the database has a new site id now, and gets everything from its peers again: in the next
   * sync, or in the changes from cursor 0 that you apply.
   */
  readonly startsOver: boolean;
  /** Checks of SQLite that this engine does not have, such as `'integrity_check'`. */
  readonly skipped: readonly string[];
}

export interface RepairParts {
  readonly connection: Connection;
  /** The schema of this process. */
  readonly schema: CrrSchema;
  /** How many findings of a kind in a table are listed. */
  readonly limit: number;
  install(): Promise<void>;
  rotateSiteId(): Promise<unknown>;
  /** Merges nothing, so it only decides what tables with constraints show. */
  settle(): Promise<unknown>;
}

/** A repair may bring to light what was hidden by what it repairs. */
const MOST_ROUNDS = 4;
const STEPS: readonly Repair['step'][] = ['state', 'remove', 'stamp', 'show'];

/** Looks at a database; then repairs it if that is wanted, and looks again. */
export async function verify(parts: RepairParts, repairs: boolean): Promise<VerifyReport> {
  await requireFormat(parts.connection);
  const look = async () => {
    // The CRRs as they are in the database: a migration may have changed them.
    const schema = await readPresentSchema(parts.connection, parts.schema);
    return new Verifier(parts.connection, schema, parts.limit).look();
  };
  const first = await look();
  let now = first;
  let startsOver = false;
  for (let round = 1; repairs && round <= MOST_ROUNDS; round++) {
    if (!now.findings.some(({ isRepairable }) => isRepairable)) break;
    if (await repair(now, parts)) startsOver = true;
    now = await look();
  }
  const left = new Set(now.findings.map(textOf));
  const repaired = first.findings.filter((finding) => !left.has(textOf(finding)));
  return {
    findings: now.findings,
    count: now.count,
    repaired,
    repairedCount: now === first ? 0 : Math.max(first.count - now.count, repaired.length),
    startsOver,
    skipped: now.skipped,
  };
}

/** Two looks find the same. */
function textOf({ code, table, key, column }: Finding): string {
  return JSON.stringify([code, table, column, key], (_, value) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}

/** @returns whether versions were lost with it. */
async function repair({ remedies }: Verification, parts: RepairParts): Promise<boolean> {
  const { bookkeeping, parts: hasOldParts, repairs } = remedies;
  if (bookkeeping) {
    const objects = sharedObjects([...parts.schema.tables.values()]);
    await parts.connection.batch(
      [...objects.values()].map(({ sql }) => statement(sql)),
      'write',
    );
  }
  if (hasOldParts) await attempt(() => parts.install());
  const run = (step: Repair['step']) => runStep(step, repairs, parts.connection);
  await run('state');
  const forgets = repairs.some((found) => found.forgets);
  if (forgets) {
    await parts.rotateSiteId();
    await parts.connection.batch([receiveAgain()], 'write');
  }
  for (const step of STEPS.slice(1)) await run(step);
  if (repairs.some(({ settles }) => settles)) {
    await parts.connection.batch([statement(FORGET_SETTLED)], 'write');
    await attempt(() => parts.settle());
  }
  return forgets;
}

/** All repairs of a step in one transaction; if one fails, each in its own. The next look finds what is left. */
async function runStep(
  step: Repair['step'],
  repairs: readonly Repair[],
  connection: Connection,
): Promise<void> {
  const batches = repairs
    .filter((found) => found.step === step)
    .map(({ statements }) => statements.map((sql): Statement => statement(sql)));
  if (batches.flat().length === 0) return;
  const isDone = await attempt(() => connection.batch(batches.flat(), 'write'));
  if (isDone) return;
  for (const batch of batches) await attempt(() => connection.batch(batch, 'write'));
}

async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch {
    return false;
  }
}
