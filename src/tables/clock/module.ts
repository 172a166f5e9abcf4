import { typeOf } from '../../columns/registry.js';
import { clockIndex, clockTable } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { expectedClock, isSameClockKey } from '../actual.js';
import type { Difference } from '../difference.js';
import type { TableModule } from '../module.js';
import {
  addClockColumn,
  dropClockColumn,
  keepRowsKnown,
  renameClockColumn,
  renameClockKey,
  renameClockTable,
} from './alter.js';
import { clockIndexStatement, clockTableStatements } from './table.js';
import { writeTriggers } from './triggers.js';

export const clockModule: TableModule = {
  name: 'clock',
  create: clockTableStatements,
  triggers: writeTriggers,
  objects: ({ name }) => [[clockIndex(name), '']],
  drop: (table) => [`DROP TABLE IF EXISTS ${quoteName(clockTable(table))}`],
  alter(step, { to }) {
    switch (step.step) {
      case 'rename table':
        return renameClockTable(step.from, to);
      case 'rename key':
        return [renameClockKey(to.name, step.from, step.to)];
      case 'rename column':
        return typeOf(step).storage === 'clock'
          ? [renameClockColumn(to.name, step.from, step.to)]
          : [];
      case 'drop columns':
        return [
          keepRowsKnown(to.name, step.remaining),
          ...step.columns
            .filter((column) => typeOf(column).storage === 'clock')
            .map(({ name }) => dropClockColumn(to.name, name)),
        ];
      case 'add column':
        return typeOf(step.column).storage === 'clock'
          ? [addClockColumn(to.name, step.column.name)]
          : [];
      default:
        return [];
    }
  },
  refresh({ table, actual, to }) {
    const hasIndex = table !== to.name || actual.objects.has(clockIndex(table));
    return hasIndex ? [] : [clockIndexStatement(to)];
  },
  differences({ clock, objects }, spec) {
    const { name: table } = spec;
    const found: Difference[] = [];
    const add = (kind: Difference['kind'], message: string) => found.push({ kind, table, message });
    if (clock === undefined) {
      add('clock-missing', `the clock table "${clockTable(table)}" is missing`);
      return found;
    }
    const expected = expectedClock(spec);
    if (!isSameClockKey(clock, expected)) {
      add('clock-key', 'the clocks are those of another key');
      return found;
    }
    if (!objects.has(clockIndex(table))) {
      add('clock-index-missing', `the index "${clockIndex(table)}" is missing`);
    }
    for (const name of expected.columns) {
      if (!clock.columns.includes(name)) {
        add('clock-column-missing', `column "${name}" has no clocks`);
      }
    }
    for (const name of clock.columns) {
      if (!expected.columns.includes(name)) {
        add('clock-column-left', `clocks of the former column "${name}" remain`);
      }
    }
    return found;
  },
};
