import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { HistoryEvent, HistoryOptions } from '../../drizzle/history-types.js';
import type { TableSpec } from '../../model/table-spec.js';
import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { integer, moment, repeated, withDatabaseOptions } from '../options.js';
import { LogText, renderLogJson } from '../render/log.js';
import { UsageError } from '../usage-error.js';

const LIMIT = 100;

const parser = () =>
  withDatabaseOptions(
    command('log')
      .summary('print who wrote what, of tables with history')
      .description(
        'Prints the events of tables with history, the newest first: each transaction with its author, time and message, and what it wrote to which rows.',
      )
      .optionsGroup('Options:')
      .option('--table <name>', 'only this table; can be repeated', repeated)
      .option(
        '--row <value>',
        "only the row with this key, of one table; once for each column of the key, in the table's order",
        repeated,
      )
      .option('--author <name>', 'only what this author wrote')
      .option('--from <time>', 'only what was written from then on, such as 2026-05-01', moment)
      .option('--to <time>', 'only what was written up to then', moment)
      .option('--limit <count>', 'at most so many events', integer(1), LIMIT)
      .option('--json', 'one JSON object per line'),
  );

export const logCommand = cliCommand(parser, async (io, options) => {
  const { withCrrs } = await import('../open-database.js');
  return withCrrs(
    io,
    options,
    async ({ db, schema }) => {
      const { author, from, to, limit, json, row } = options;
      const specs = tablesOf([...schema.tables.values()], options.table);
      if (row !== undefined && specs.length !== 1) {
        throw new UsageError('--row needs --table, because there are several tables with history');
      }
      const filter: HistoryOptions = { author, from, to, limit };
      const found: HistoryEvent[] = [];
      for (const spec of specs) {
        const table = schema.drizzleTables.get(spec.name)!;
        const key = row && keyOf(spec, row);
        found.push(...(await db.$crr.history<SQLiteTable>(table, key as never, filter)));
      }
      // Each table's are in their order.
      found.sort((a, b) => b.arrived - a.arrived);
      const events = found.slice(0, limit);
      if (events.length > 0) {
        const text = json
          ? renderLogJson(events)
          : new LogText(screenOf(io, 'stdout').style).render(events);
        io.stdout(`${text}\n`);
      } else if (!json) io.stdout('No event is in the log.\n');
      return EXIT.ok;
    },
    { drift: 'refuse' },
  );
});

function tablesOf(specs: readonly TableSpec[], names: readonly string[] | undefined): TableSpec[] {
  const known = specs.filter(({ history }) => history);
  const list = known.map(({ name }) => name).join(', ');
  const missing = names?.find((name) => !known.some((spec) => spec.name === name));
  if (missing !== undefined) {
    throw new UsageError(
      `--table ${missing}: the schema has no such table with history; it has ${list || 'none'}`,
    );
  }
  if (known.length === 0) {
    throw new UsageError(
      'no table has history: declare one with crrTable(name, columns, { history: true })',
    );
  }
  return names === undefined ? known : known.filter(({ name }) => names.includes(name));
}

/** The key by property, from texts. */
function keyOf({ name, key }: TableSpec, values: readonly string[]): Record<string, unknown> {
  if (values.length !== key.length) {
    const columns = key.map((column) => column.name).join(', ');
    throw new UsageError(
      `--row: the key of ${name} has ${key.length} columns (${columns}), and ${values.length} were given`,
    );
  }
  return Object.fromEntries(
    key.map(({ property, sqlType }, i) => {
      const value = values[i]!;
      return [property, /int/i.test(sqlType) && /^-?\d+$/.test(value) ? Number(value) : value];
    }),
  );
}
