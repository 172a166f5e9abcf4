import type { TableSpec } from '../model/table-spec.js';
import { cellTableStatements, cellTriggers } from './cells/site-cells.js';
import { clockTableStatements } from './clock/clock-table.js';
import { writeTriggers } from './clock/write-triggers.js';
import { gateTableStatement, gateTriggers } from './gate/merge-gate.js';
import type { TriggerSql } from './trigger.js';

/** Every trigger of a CRR: those that stamp local writes, and those of its merge gates. */
export function tableTriggers(spec: TableSpec): TriggerSql[] {
  return [...writeTriggers(spec), ...gateTriggers(spec), ...cellTriggers(spec)];
}

/** The tables that a CRR has beside its base table. Every statement can be run again. */
export function tableStatements(spec: TableSpec): string[] {
  return [...clockTableStatements(spec), gateTableStatement(spec), ...cellTableStatements(spec)];
}
