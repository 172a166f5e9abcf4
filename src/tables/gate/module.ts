import { mergeGate } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { isSameSql } from '../../sql/same-sql.js';
import { storedText } from '../actual.js';
import type { TableModule } from '../module.js';
import { gateTableStatement } from './table.js';
import { gateTriggers } from './triggers.js';

/** A gate never holds a row, so another one is simply made in its place. */
export const gateModule: TableModule = {
  name: 'gate',
  create: (spec) => [gateTableStatement(spec)],
  triggers: gateTriggers,
  objects: (spec) => [[mergeGate(spec.name), storedText(gateTableStatement(spec))]],
  drop: (table) => [dropGate(table)],
  refresh({ table, actual, to }) {
    const text = actual.objects.get(mergeGate(table));
    const statement = gateTableStatement(to);
    if (table === to.name && text !== undefined && isSameSql(text, storedText(statement)))
      return [];
    return [...(text === undefined ? [] : [dropGate(table)]), statement];
  },
  differences({ objects }, spec) {
    const name = mergeGate(spec.name);
    const text = objects.get(name);
    if (text === undefined) {
      return [{ kind: 'gate-missing', table: spec.name, message: `the gate "${name}" is missing` }];
    }
    if (isSameSql(text, storedText(gateTableStatement(spec)))) return [];
    const message = `the gate "${name}" is that of another version`;
    return [{ kind: 'gate-outdated', table: spec.name, message }];
  },
};

const dropGate = (table: string) => `DROP TABLE IF EXISTS ${quoteName(mergeGate(table))}`;
