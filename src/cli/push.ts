import { libsqlConnection } from '../engines/libsql.js';
import { loadProject } from '../migrate/config.js';
import { openDatabase } from '../migrate/database.js';
import { push } from '../migrate/push.js';
import { withDatabase } from './check.js';
import { type Command, EXIT } from './command.js';
import { readFlags } from './flags.js';

export const pushCommand: Command = {
  name: 'push',
  summary: 'For development: drizzle-kit push that keeps the CRR parts',
  usage: `Usage: drizzle-crr push [options]

Runs the project's drizzle-kit push with the bookkeeping hidden from it, then
brings clocks and triggers to the schema. A renamed column or table loses its
clocks: only migrations know what was renamed.

  --config <file>     drizzle-kit's config (default: drizzle.config.ts, .js or .json)
  --force             approve statements that lose data
  --strict            always ask
  --verbose           show all statements`,
  async run(args, io) {
    const flags = readFlags('push', args, {
      config: 'string',
      force: 'boolean',
      strict: 'boolean',
      verbose: 'boolean',
    });
    const project = await loadProject(io.cwd, { config: flags.config });
    const handedOn = (['force', 'strict', 'verbose'] as const).flatMap((name) =>
      flags[name] ? [`--${name}`] : [],
    );
    await withDatabase(await openDatabase(project), (client) =>
      push(project, libsqlConnection(client), handedOn, io),
    );
    io.stdout('The database and its CRRs are as the schema says.\n');
    return EXIT.ok;
  },
};
