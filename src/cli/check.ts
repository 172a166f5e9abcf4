import { libsqlConnection } from '../engines/libsql.js';
import { checkDatabase, checkFolder } from '../migrate/check.js';
import { loadProject } from '../migrate/config.js';
import { openDatabase } from '../migrate/database.js';
import { projectSchema } from '../migrate/project-schema.js';
import type { Difference } from '../tables/difference.js';
import { type Command, EXIT } from './command.js';
import { readFlags } from './flags.js';
import { PROJECT_FLAGS, PROJECT_FLAGS_HELP } from './project-flags.js';

export const checkCommand: Command = {
  name: 'check',
  summary: 'Compare a database, or the migrations, with the schema',
  usage: `Usage: drizzle-crr check [options]

Names each difference between the schema and the database of the config: a
missing or outdated trigger, a clock table that lacks a column, a table that is
no CRR yet. Ends with 1 where there is one, so that CI can stop.

  --offline           compare the migrations folder instead; no database needed
  --url <url>         another database than the config's
${PROJECT_FLAGS_HELP}`,
  async run(args, io) {
    const flags = readFlags('check', args, {
      ...PROJECT_FLAGS,
      offline: 'boolean',
      url: 'string',
    });
    const project = await loadProject(io.cwd, flags);
    const schema = projectSchema(project);
    const found = flags.offline
      ? checkFolder(project.out, schema)
      : await withDatabase(await openDatabase(project, flags.url), (client) =>
          checkDatabase(libsqlConnection(client), schema),
        );
    const crrs = schema.tables.size;
    io.stdout(`${renderDifferences(found, flags.offline ? 'migrations' : 'database', crrs)}\n`);
    return found.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

export function renderDifferences(
  found: readonly Difference[],
  what: 'migrations' | 'database',
  crrs: number,
): string {
  if (found.length === 0) {
    return `The ${what} and the schema agree: ${crrs} ${crrs === 1 ? 'CRR' : 'CRRs'}.`;
  }
  const advice =
    what === 'migrations'
      ? 'Run drizzle-crr generate.'
      : 'Run the migrations of drizzle-crr generate, or db.$crr.install(); for development, drizzle-crr push.';
  const lines = found.map(({ table, message }) => `  ${table}: ${message}`);
  const count = found.length === 1 ? '1 difference' : `${found.length} differences`;
  return [`${count} between the ${what} and the schema:`, ...lines, advice].join('\n');
}

/** Closes the client whatever happens. */
export async function withDatabase<C extends { close(): void }, T>(
  client: C,
  run: (client: C) => Promise<T>,
): Promise<T> {
  try {
    return await run(client);
  } finally {
    client.close();
  }
}
