import type { TableSpec } from '../schema/table-spec.js';
import { clockTableStatements } from './clock-table.js';
import { gateTableStatement, gateTriggers } from './merge-gate.js';
import { cellTableStatements, cellTriggers } from './site-cells.js';
import type { TriggerSql } from './trigger.js';
import { writeTriggers } from './write-triggers.js';

/** Every trigger of a CRR: those that stamp local writes, and those of its merge gates. */
export function tableTriggers(spec: TableSpec): TriggerSql[] {
  return [...writeTriggers(spec), ...gateTriggers(spec), ...cellTriggers(spec)];
}

/** The tables that a CRR has beside its base table. Every statement can be run again. */
export function tableStatements(spec: TableSpec): string[] {
  return [...clockTableStatements(spec), gateTableStatement(spec), ...cellTableStatements(spec)];
}
