import { type SQL, sql } from 'drizzle-orm';
import { messages } from '../../database/database-errors.js';
import { days } from '../../database/prune-options.js';
import { CrrUsageError } from '../../errors.js';
import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { Failure } from '../failure.js';
import { screenOf } from '../io.js';
import { integer, withDatabaseOptions } from '../options.js';
import { renderCompacted, renderPruned } from '../render/compacted.js';

interface Runner {
  run(query: SQL): unknown;
}

const parser = () =>
  withDatabaseOptions(
    command('compact')
      .summary('forget deletes that every peer has')
      .description(
        'Removes the tombstones of rows that were deleted, once every known peer has the deletes, and changes that wait for such rows; if you ask for it, old events of tables with history, too. It works in steps, so others can write meanwhile, and it may be interrupted.',
      )
      .optionsGroup('Options:')
      .option(
        '--up-to <version>',
        'forget nothing after this db_version; needed if changes are exchanged by hand',
        integer(0),
      )
      .option(
        '--peer-expiry <days>',
        'do not wait for peers that are silent for longer',
        integer(0),
        90,
      )
      .option(
        '--history-days <days>',
        'remove events of tables with history that are here for longer',
        integer(0),
      )
      .option(
        '--history-keep <count>',
        'remove events of tables with history, but for so many of each row',
        integer(0),
      )
      .option('--vacuum', 'return the free space to the file system, which rewrites the database'),
  );

export const compactCommand = cliCommand(parser, async (io, options) => {
  const { withCrrs } = await import('../open-database.js');
  return withCrrs(
    io,
    options,
    async ({ db, plain }) => {
      const peerExpiry = days(options.peerExpiry);
      const { upTo, historyDays, historyKeep: keep } = options;
      const { style } = screenOf(io, 'stdout');
      const compacted = await db.$crr.compact({ upTo, peerExpiry }).catch(inOptions);
      io.stdout(`${renderCompacted(compacted, style)}\n`);
      if (historyDays !== undefined || keep !== undefined) {
        const olderThan = historyDays === undefined ? undefined : days(historyDays);
        const pruned = await db.$crr.prune({ olderThan, keep, upTo, peerExpiry }).catch(inOptions);
        io.stdout(`${renderPruned(pruned, style)}\n`);
      }
      if (options.vacuum) await vacuum(plain as Runner);
      return EXIT.ok;
    },
    { drift: 'refuse' },
  );
});

/** The functions name their own options. */
function inOptions(error: unknown): never {
  if (!(error instanceof CrrUsageError)) throw error;
  throw new CrrUsageError(error.code, error.message.replace('pass upTo', 'pass --up-to'));
}

/** Not by the connection, which runs everything in a transaction. */
async function vacuum(plain: Runner): Promise<void> {
  try {
    await plain.run(sql`VACUUM`);
  } catch (error) {
    // Without its cause, which would be taken for a database that cannot be opened.
    throw new Failure(
      `the database refuses VACUUM (${messages(error).split('\n').at(-1)}): what was removed stays removed, and its pages are used again. sqld and Turso have no VACUUM: leave out --vacuum`,
    );
  }
}
