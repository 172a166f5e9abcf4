import { replicatedColumns } from '../../model/table-spec.js';
import { headTable, importIndex, logIndex, logTable, prunedTable } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import type { ActualCrr } from '../actual.js';
import type { Difference } from '../difference.js';
import type { TableModule } from '../module.js';
import { addLogColumn, dropLogColumn, renameLog, renameLogColumn, renameLogKey } from './alter.js';
import { baselineStatements } from './assumed.js';
import { logStatements } from './table.js';

/** The events of a CRR. Only a table with history has any of this. */
export const logModule: TableModule = {
  name: 'log',
  create: (spec) => (spec.history ? logStatements(spec) : []),
  objects: ({ name, history }) =>
    history
      ? [logTable, logIndex, importIndex, headTable, prunedTable].map(
          (part) => [part(name), ''] as const,
        )
      : [],
  drop: (table) => [
    `DROP TABLE IF EXISTS ${quoteName(logTable(table))}`,
    `DROP TABLE IF EXISTS ${quoteName(headTable(table))}`,
    `DROP TABLE IF EXISTS ${quoteName(prunedTable(table))}`,
  ],
  alter(step, { table, actual, to }) {
    if (!hasLog(table, actual)) return [];
    switch (step.step) {
      case 'rename table':
        return renameLog(step.from, to.name);
      case 'rename key':
        return [renameLogKey(to.name, step.from, step.to)];
      case 'rename column':
        return renameLogColumn(to.name, step.from, step.to);
      case 'drop columns':
        return step.columns.flatMap(({ name }) => dropLogColumn(to.name, name));
      case 'add column':
        return addLogColumn(to.name, step.column.name);
      default:
        return [];
    }
  },
  refresh({ table, actual, to, renamed }) {
    if (!to.history) return hasLog(table, actual) ? logModule.drop!(to.name, actual) : [];
    const isComplete =
      table === to.name && logModule.objects!(to).every(([name]) => actual.objects.has(name));
    const before = new Map(
      [...actual.columns].map(([name, kind]) => [renamed.get(name) ?? name, kind]),
    );
    const changesKinds = replicatedColumns(to).some(({ name, kind }) => {
      const was = before.get(name);
      return was !== undefined && JSON.stringify(was) !== JSON.stringify(kind);
    });
    return [
      ...(isComplete ? [] : logStatements(to)),
      ...(hasLog(table, actual) && !changesKinds ? [] : baselineStatements(to)),
    ];
  },
  differences({ objects }, spec): Difference[] {
    const { name: table } = spec;
    if (!spec.history) {
      if (!objects.has(logTable(table))) return [];
      const message = `the log "${logTable(table)}" remains of a table that had history`;
      return [{ kind: 'log-left', table, message }];
    }
    const missing = logModule.objects!(spec).find(([name]) => !objects.has(name));
    if (missing === undefined) return [];
    return [{ kind: 'log-missing', table, message: `"${missing[0]}" is missing` }];
  },
};

const hasLog = (table: string, { objects }: ActualCrr) => objects.has(logTable(table));
