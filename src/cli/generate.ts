import { relative } from 'node:path';
import { loadProject } from '../migrate/config.js';
import { type Generated, generate } from '../migrate/generate.js';
import { type Command, EXIT } from './command.js';
import { readFlags, withoutFlags } from './flags.js';
import { PROJECT_FLAGS, PROJECT_FLAGS_HELP } from './project-flags.js';

export const generateCommand: Command = {
  name: 'generate',
  summary: 'Make a migration with drizzle-kit and add the CRR steps to it',
  usage: `Usage: drizzle-crr generate [options]

Runs the project's drizzle-kit generate and puts the CRR steps around what it
wrote. Apply the migration as any other: drizzle-kit migrate, or migrate().

  --name <name>       name of the migration
  --prefix <kind>     how migrations are numbered, as with drizzle-kit
  --custom            an empty migration for SQL of your own
  --repair            make up for migrations that drizzle-kit alone wrote, and
                      that some database has run already
${PROJECT_FLAGS_HELP}`,
  async run(args, io) {
    const flags = readFlags('generate', args, {
      ...PROJECT_FLAGS,
      name: 'string',
      prefix: 'string',
      breakpoints: 'boolean',
      custom: 'boolean',
      repair: 'boolean',
    });
    const project = await loadProject(io.cwd, flags);
    const options = {
      args: withoutFlags(args, ['repair']),
      custom: flags.custom ?? false,
      name: flags.name,
      repair: flags.repair ?? false,
    };
    const result = await generate(project, options, io);
    io.stdout(`${renderGenerated(result, io.cwd)}\n`);
    return EXIT.ok;
  },
};

export function renderGenerated({ file, summary, recovered }: Generated, cwd: string): string {
  const lines = recovered ? ['An earlier run was interrupted; what it left was taken back.'] : [];
  if (file === undefined)
    return [...lines, 'Nothing to migrate: the CRRs are as the schema says.'].join('\n');
  const path = relative(cwd, file);
  if (summary.length === 0)
    return [...lines, `${path} touches no CRR and stays as drizzle-kit wrote it.`].join('\n');
  return [...lines, `CRR steps added to ${path}:`, ...summary.map((line) => `  ${line}`)].join(
    '\n',
  );
}
