import type { VerifyReport } from '../database/repair.js';
import type { Finding as CoreFinding } from '../database/verify.js';
import { optionsOf, requireOptions, requireVersion } from '../model/options.js';
import { replicatedColumns } from '../model/table-spec.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type { FindingCode } from '../tables/finding.js';
import { rowRefs } from './row-ref.js';

/** Options of {@link Crr.verify}. */
export interface VerifyOptions {
  /** Repair what can be repaired without losing data. Default: false. */
  readonly repair?: boolean | undefined;
  /** How many findings with the same code, table and column are listed; all of them are counted. Default: 100. */
  readonly limit?: number | undefined;
}

/** The result of {@link Crr.verify}. */
export interface VerifyResult extends Omit<VerifyReport, 'findings' | 'repaired'> {
  /** What is wrong; after a repair, what is left. Empty if nothing is. */
  readonly findings: readonly Finding[];
  /** What was repaired. */
  readonly repaired: readonly Finding[];
}

/** Something in a database that is not as it should be. */
export interface Finding {
  /** What is wrong. The codes are stable; docs/operations.md lists them. */
  readonly code: FindingCode;
  /** Name of the table in the database: a CRR or a table of the bookkeeping. Empty: the database as a whole. */
  readonly table: string;
  /** The key of the row, by property and in the types of the Drizzle table; of another table, texts by column. */
  readonly key: Readonly<Record<string, unknown>> | undefined;
  /** Property name of the column; of another table, its name. */
  readonly column: string | undefined;
  /** What is, and what should be, in words. Values are quoted, and cut after 60 characters. */
  readonly found: string;
  readonly expected: string;
  /** Whether `verify({ repair: true })` can repair it. */
  readonly isRepairable: boolean;
}

const OPTIONS = optionsOf<VerifyOptions>({ repair: 'boolean', limit: 'any' });
const LIMIT = 100;

/** @throws {CrrUsageError} if they are not options of `verify()`. */
export function requireVerifyOptions(options: VerifyOptions): { repair: boolean; limit: number } {
  requireOptions('verify()', options, OPTIONS);
  const { repair = false, limit = LIMIT } = options;
  requireVersion('verify()', 'limit', limit, 1);
  return { repair, limit };
}

export function verifyResult(report: VerifyReport, schema: DrizzleSchema): VerifyResult {
  const toRef = rowRefs(schema);
  const named = ({ key, column, ...finding }: CoreFinding): Finding => {
    const spec = schema.tables.get(finding.table);
    const property = spec && replicatedColumns(spec).find(({ name }) => name === column)?.property;
    const isCrr = spec !== undefined && Array.isArray(key);
    return {
      ...finding,
      key: isCrr ? toRef({ table: finding.table, key }).key : (key as Finding['key']),
      column: property ?? column,
    };
  };
  const { findings, repaired } = report;
  return { ...report, findings: findings.map(named), repaired: repaired.map(named) };
}
