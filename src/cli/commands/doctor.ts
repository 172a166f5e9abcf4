import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { integer, withDatabaseOptions } from '../options.js';
import { renderVerification, verificationJson } from '../render/findings.js';
import { reportError } from '../report-error.js';
import { UsageError } from '../usage-error.js';

const parser = () =>
  withDatabaseOptions(
    command('doctor')
      .summary('compare the bookkeeping of a database with its rows, and repair it')
      .description(
        'Finds what contradicts itself in a database: rows without clocks, clocks without rows, counters that do not show the sum of their cells, rows aside without a reason, and whatever SQLite finds. Exits with 0 if nothing is wrong, with 1 if something is (after --fix: if something is left), and with 2 if it could not look.',
      )
      .optionsGroup('Options:')
      .option('--fix', 'repair what can be repaired without losing data')
      .option('--json', 'print one JSON object')
      .option('--limit <count>', 'list so many findings of a kind in a table', integer(1), 100),
  );

export const doctorCommand = cliCommand(parser, async (io, options) => {
  try {
    const { withCrrs } = await import('../open-database.js');
    const { fix: repair = false, limit, json } = options;
    const result = await withCrrs(io, options, ({ db }) => db.$crr.verify({ repair, limit }), {
      drift: 'allow',
    });
    const { style } = screenOf(io, 'stdout');
    io.stdout(`${json ? verificationJson(result) : renderVerification(result, repair, style)}\n`);
    return result.count === 0 ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // Findings and failures must not look alike to a script.
    reportError(error, 'doctor', io);
    return EXIT.couldNotRun;
  }
});
