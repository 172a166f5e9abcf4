import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { integer, repeated, withDatabaseOptions } from '../options.js';
import { ChangeTable, renderNdjson } from '../render/changes.js';
import { UsageError } from '../usage-error.js';

const PAGE = 1_000;

const parser = () =>
  withDatabaseOptions(
    command('changes')
      .summary('print the change feed, as a table or as NDJSON')
      .description(
        'Prints the changes of a database in the order in which peers receive them, one line per cell.',
      )
      .optionsGroup('Options:')
      .option('--since <version>', 'only changes newer than this db_version', integer(0), 0)
      .option('--table <name>', 'only this table; can be repeated', repeated)
      .option('--limit <count>', 'stop after about this many changes', integer(1))
      .option('--ndjson', 'one JSON object per line, values with their storage class'),
  );

export const changesCommand = cliCommand(parser, async (io, options) => {
  const { withCrrs } = await import('../open-database.js');
  return withCrrs(
    io,
    options,
    async ({ db, schema }) => {
      const { since, table: tables, limit = Number.POSITIVE_INFINITY, ndjson } = options;
      for (const name of tables ?? []) {
        if (schema.tables.has(name)) continue;
        const known = [...schema.tables.keys()].join(', ');
        throw new UsageError(`--table ${name}: the schema has no such CRR; it has ${known}`);
      }
      const table = new ChangeTable(screenOf(io, 'stdout').style);
      let count = 0;
      const pages = db.$crr.changes({
        since,
        ...(tables && { tables }),
        limit: Math.min(limit, PAGE),
      });
      for await (const { changes } of pages) {
        if (changes.length === 0) continue; // The last page may hold nothing but a cursor.
        io.stdout(`${ndjson ? renderNdjson(changes) : table.render(changes)}\n`);
        count += changes.length;
        if (count >= limit) break;
      }
      if (count === 0 && !ndjson) io.stdout(`No change is newer than db_version ${since}.\n`);
      return EXIT.ok;
    },
    { drift: 'refuse' },
  );
});
