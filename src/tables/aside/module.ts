import { asideTable, rivalTable } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { isSameSql } from '../../sql/same-sql.js';
import { storedText } from '../actual.js';
import type { TableModule } from '../module.js';
import { alterAside } from './alter.js';
import { guardTriggers } from './guards.js';
import { asideWriteTriggers } from './on-write.js';
import { passTriggers } from './pass.js';
import { asideIndexes, asideStatements, createAside, hasRivals, rivalStatement } from './table.js';

/** Rows that the base table cannot show as they are merged. Only a table with constraints has any of this. */
export const asideModule: TableModule = {
  name: 'aside',
  create: (spec) => (spec.constraints === undefined ? [] : createAside(spec)),
  triggers: (spec) =>
    spec.constraints === undefined
      ? []
      : [...asideWriteTriggers(spec), ...guardTriggers(spec), ...passTriggers(spec)],
  objects(spec) {
    if (spec.constraints === undefined) return [];
    const [table] = asideStatements(spec);
    return [
      [asideTable(spec.name), storedText(table!)],
      ...asideIndexes(spec).map((index) => [index, ''] as const),
      ...(hasRivals(spec)
        ? ([[rivalTable(spec.name), storedText(rivalStatement(spec))]] as const)
        : []),
    ];
  },
  drop: (table) => [asideTable, rivalTable].map((name) => dropTable(name(table))),
  refresh: alterAside,
  differences({ objects }, spec) {
    const [[name, text] = [], ...others] = asideModule.objects!(spec);
    if (name === undefined) return [];
    const table = spec.name;
    const stored = objects.get(name);
    if (stored === undefined) {
      return [{ kind: 'aside-missing', table, message: `the table "${name}" is missing` }];
    }
    const outdated = !isSameSql(stored, text!) || others.some(([part]) => !objects.has(part));
    if (!outdated) return [];
    return [
      { kind: 'aside-outdated', table, message: `the table "${name}" is that of another version` },
    ];
  },
};

const dropTable = (name: string) => `DROP TABLE IF EXISTS ${quoteName(name)}`;
