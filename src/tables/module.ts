import type { ColumnKind, ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import type { ActualCrr } from './actual.js';
import type { Difference } from './difference.js';
import type { TriggerSql } from './trigger.js';

/**
 * Everything about one bookkeeping table, or a few that belong together: how it is made, altered, dropped,
 * what it should look like and what differs. Everything that this package keeps in a database is a module in
 * modules.ts, what only merging needs is in merging.ts, and what always holds of its rows in inspections.ts; creating, altering and comparing are loops over them. Every statement can be run again,
 * unless its comment states otherwise.
 */
export interface TableModule {
  readonly name: string;
  /** Tables that all CRRs of a database share, with the statements that make them. */
  readonly shared?: { readonly tables: readonly string[]; statements(): string[] };
  /** Statements that run once, when a table becomes a CRR. */
  adopt?(spec: TableSpec): string[];
  /** The tables of one CRR. */
  create?(spec: TableSpec): string[];
  /** The triggers that local writes of one CRR need. */
  triggers?(spec: TableSpec): TriggerSql[];
  /** Its tables and indexes by name, with their texts if these are compared; see ActualCrr.objects. */
  objects?(spec: TableSpec): readonly (readonly [name: string, text: string])[];
  /** Ends a CRR that was called `table`. */
  drop?(table: string, actual: ActualCrr): string[];
  /** One step of an alteration; other steps do not concern the module. Not to be run twice. */
  alter?(step: AlterStep, change: Alteration): string[];
  /** Makes again what is missing or outdated, when all steps are done. */
  refresh?(change: Alteration): string[];
  /** The differences from the parts that a spec asks for. */
  differences?(actual: ActualCrr, spec: TableSpec): Difference[];
}

/** A CRR that stays one, under another spec. */
export interface Alteration {
  /** Its former name. */
  readonly table: string;
  readonly actual: ActualCrr;
  readonly to: TableSpec;
  /** New names of columns by their old ones. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** The steps of altering a CRR, in their order. Tables already have their new names. */
export type AlterStep =
  | { readonly step: 'rename table'; readonly from: string; readonly to: string }
  | { readonly step: 'rename key'; readonly from: string; readonly to: string }
  | {
      readonly step: 'rename column';
      readonly from: string;
      readonly to: string;
      readonly kind: ColumnKind;
    }
  | {
      readonly step: 'drop columns';
      readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
      /** Columns with clocks in the clock row that stay, under their new names. */
      readonly remaining: readonly string[];
    }
  | { readonly step: 'add column'; readonly column: ReplicatedColumnSpec }
  /** Names of tables or columns are former names now. */
  | { readonly step: 'names changed' };
