import type { TableSpec } from '../model/table-spec.js';
import { applyModule } from './apply/module.js';
import { asideModule } from './aside/module.js';
import { settlingStatements } from './aside/table.js';
import { catalogModule } from './catalog/module.js';
import { cellsModule } from './cells/module.js';
import { clockModule } from './clock/module.js';
import { commitModule } from './commit/module.js';
import { editorModule } from './editor/module.js';
import { formerModule } from './former/module.js';
import { gateModule } from './gate/module.js';
import { guardModule } from './guard/module.js';
import { logModule } from './log/module.js';
import { milestoneModule } from './milestone/module.js';
import type { TableModule } from './module.js';
import { peerModule } from './peer/module.js';
import { pendingModule } from './pending/module.js';
import { refusedModule } from './refused/module.js';
import { siteModule } from './site/module.js';
import { stateModule } from './state/module.js';
import { ticketModule } from './ticket/module.js';
import type { TriggerSql } from './trigger.js';
import { usageModule } from './usage/module.js';

/** Everything that this package keeps in a database, in the order in which it is made and altered. */
export const MODULES: readonly TableModule[] = [
  siteModule,
  stateModule,
  applyModule,
  catalogModule,
  commitModule,
  clockModule,
  gateModule,
  cellsModule,
  logModule,
  asideModule,
  formerModule,
  pendingModule,
  peerModule,
  usageModule,
  refusedModule,
  milestoneModule,
  ticketModule,
  guardModule,
  editorModule,
];

/** The tables that all CRRs of a database share. */
export const SHARED_TABLES: readonly string[] = MODULES.flatMap(
  ({ shared }) => shared?.tables ?? [],
);

/** Makes them. Every statement can be run again. */
export function sharedStatements(): string[] {
  return MODULES.flatMap(({ shared }) => shared?.statements() ?? []);
}

/** Every trigger of a CRR. */
export function tableTriggers(spec: TableSpec): TriggerSql[] {
  return MODULES.flatMap(({ triggers }) => triggers?.(spec) ?? []);
}

/** The tables that a CRR has beside its base table. Every statement can be run again. */
export function tableStatements(spec: TableSpec): string[] {
  return MODULES.flatMap(({ create }) => create?.(spec) ?? []);
}

/** The tables, indexes and triggers that a database with these CRRs shares, by name. */
export function sharedObjects(specs: readonly TableSpec[]): ReadonlyMap<string, SharedObject> {
  const settles = specs.some(({ constraints }) => constraints !== undefined);
  const statements = [...sharedStatements(), ...(settles ? settlingStatements() : [])];
  const objects = new Map<string, SharedObject>();
  for (const sql of statements) {
    const [, type, name] = CREATE.exec(sql) ?? [];
    if (name !== undefined) objects.set(name, { isTable: type === 'TABLE', sql });
  }
  return objects;
}

const CREATE = /^CREATE (TABLE|INDEX|TRIGGER) IF NOT EXISTS (\w+)/;

export interface SharedObject {
  readonly isTable: boolean;
  /** Makes it, and can be run again. */
  readonly sql: string;
}
