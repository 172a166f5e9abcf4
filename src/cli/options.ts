import type { Command, OptionValues } from '@commander-js/extra-typings';
import { InvalidArgumentError } from 'commander';
import { option } from './command.js';

/** The options that name a project's files, as in drizzle-kit. Every command has them. */
export type ProjectOptions = {
  readonly config?: string | undefined;
  readonly schema?: string | undefined;
  readonly dialect?: 'sqlite' | 'turso' | undefined;
  readonly casing?: 'snake_case' | 'camelCase' | undefined;
  readonly out?: string | undefined;
};

export type DatabaseOptions = ProjectOptions & {
  readonly url?: string | undefined;
};

/** Adds the options that name the project. */
export function withProjectOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
): Command<Args, Options & ProjectOptions> {
  return command
    .optionsGroup('Project:')
    .option('--config <file>', 'the drizzle-kit config (default: drizzle.config.ts, .js or .json)')
    .option('--schema <path>', 'the file, folder or glob with the tables, instead of the config')
    .addOption(option('--dialect <dialect>', "the config's dialect").choices(['sqlite', 'turso']))
    .addOption(
      option('--casing <casing>', "the config's casing").choices(['snake_case', 'camelCase']),
    )
    .option('--out <folder>', "the config's migrations folder") as never;
}

/** Adds the options that name the project and its database. */
export function withDatabaseOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
): Command<Args, Options & DatabaseOptions> {
  const withUrl = command
    .optionsGroup('Database:')
    .option(
      '--url <url>',
      'its address: file:app.db, libsql://..., http://... (default: DATABASE_URL, then dbCredentials.url of the config)',
    );
  return withProjectOptions(withUrl as never) as never;
}

/** Reads an option's value as an integer. */
export const integer =
  (least: number, greatest: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= greatest) return value;
    const upTo = greatest === Number.MAX_SAFE_INTEGER ? ' or greater' : ` to ${greatest}`;
    throw new InvalidArgumentError(`Expected an integer, ${least}${upTo}.`);
  };

/** Collects the values of an option that may be given several times. */
export const repeated = (value: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  value,
];

/** Reads an option's value as a time, in the forms that JavaScript's `Date` takes. */
export function moment(text: string): Date {
  const value = new Date(text);
  if (!Number.isNaN(value.getTime())) return value;
  throw new InvalidArgumentError('Expected a time, such as 2026-05-01 or 2026-05-01T12:00:00Z.');
}
