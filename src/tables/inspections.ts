import type { TableSpec } from '../model/table-spec.js';
import { GUARD_TABLE } from '../sql/names.js';
import { inspectApply } from './apply/inspect.js';
import { inspectAside } from './aside/inspect.js';
import { inspectCatalog } from './catalog/inspect.js';
import { inspectCells } from './cells/inspect.js';
import { inspectClocks } from './clock/inspect.js';
import { inspectCommits } from './commit/inspect.js';
import { inspectFormerNames } from './former/inspect.js';
import type { Inspection } from './invariant.js';
import { isEmpty } from './invariant-sql.js';
import { inspectLog } from './log/inspect.js';
import { inspectHistory } from './milestone/inspect.js';
import { inspectPeers } from './peer/inspect.js';
import { inspectPending } from './pending/inspect.js';
import { inspectRefused } from './refused/inspect.js';
import { inspectSites } from './site/inspect.js';
import { inspectState } from './state/inspect.js';
import { inspectTickets } from './ticket/inspect.js';
import { inspectUsage } from './usage/inspect.js';

/** What always holds of the tables of one module: of those that all CRRs share, and of those of one CRR. */
interface ModuleInspections {
  shared?(): Inspection[];
  ofTable?(spec: TableSpec): Inspection[];
}

/**
 * By the names of the modules. They are apart from modules.ts, because only `verify()` needs them: applications load
 * them with it.
 */
export const INSPECTIONS: Readonly<Record<string, ModuleInspections>> = {
  site: { shared: inspectSites },
  state: { shared: inspectState },
  apply: { shared: inspectApply },
  catalog: { shared: inspectCatalog },
  commit: { shared: inspectCommits },
  clock: { ofTable: inspectClocks },
  // A gate that is not as it should be is made again before the next merge.
  gate: {},
  cells: { ofTable: inspectCells },
  log: { ofTable: inspectLog },
  aside: { ofTable: inspectAside },
  former: { ofTable: inspectFormerNames },
  pending: { shared: inspectPending },
  peer: { shared: inspectPeers },
  usage: { shared: inspectUsage },
  refused: { shared: inspectRefused },
  milestone: { shared: inspectHistory },
  ticket: { shared: inspectTickets },
  guard: {
    shared: () => [{ table: GUARD_TABLE, invariants: [isEmpty(GUARD_TABLE)] }],
  },
  // A lane that is not there is taken again, whatever the table held.
  editor: {},
};

export function sharedInspections(): Inspection[] {
  return Object.values(INSPECTIONS).flatMap(({ shared }) => shared?.() ?? []);
}

export function tableInspections(spec: TableSpec): Inspection[] {
  return Object.values(INSPECTIONS).flatMap(({ ofTable }) => ofTable?.(spec) ?? []);
}
