import { InvalidArgumentError } from 'commander';
import { CrrSyncError } from '../../errors.js';
import { cliCommand, command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { screenOf } from '../io.js';
import { repeated, withDatabaseOptions } from '../options.js';
import { ProgressBar } from '../render/progress-bar.js';
import { renderSyncResult } from '../render/sync-result.js';
import { UsageError } from '../usage-error.js';

const parser = () =>
  withDatabaseOptions(
    command('sync')
      .summary('exchange changes with a sync server, once')
      .description(
        'Sends the changes that the server lacks, receives those that this database lacks, and ends. If it is interrupted, run it again: it continues at the same point.',
      )
      .argument('<server>', 'http:// or https:// address of a sync handler', webAddress)
      .optionsGroup('Options:')
      .option(
        '--header <header>',
        'a header of every request, such as "authorization: Bearer ..."; can be repeated',
        repeated,
      )
      .option('--json', 'exchange readable messages, for debugging'),
  );

export const syncCommand = cliCommand(parser, async (io, options, url) => {
  const headers = headersOf(options.header ?? []);
  const { withCrrs } = await import('../open-database.js');
  const { createSync } = await import('../../sync/client/client.js');
  return withCrrs(
    io,
    options,
    async ({ db }) => {
      const format = options.json ? 'json' : 'binary';
      const sync = createSync({ db, url, headers, format });
      const bar = new ProgressBar((text) => io.stderr(text), screenOf(io, 'stderr'));
      sync.subscribe((event) => {
        if (event.type === 'progress') bar.show(event.progress);
      });
      const result = await sync
        .sync()
        .catch((error: unknown) => {
          throw naming(url, error);
        })
        .finally(() => bar.clear());
      io.stdout(`${renderSyncResult(result, screenOf(io, 'stdout').style)}\n`);
      return EXIT.ok;
    },
    { drift: 'refuse' },
  );
});

/** The same error; its message begins with the server's address. */
function naming(url: string, error: unknown): unknown {
  if (!(error instanceof CrrSyncError)) return error;
  const { code, message, status } = error;
  return new CrrSyncError(code, `${url}: ${message}`, status, { cause: error });
}

function webAddress(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('Expected an address that begins with http:// or https://.');
}

/** Checked here and not by the parser, whose error would contain the header, and so a token. */
function headersOf(lines: readonly string[]): Record<string, string> {
  const headers = new Headers();
  for (const line of lines) {
    const [, name, value] = /^([^:]+):(.*)$/s.exec(line) ?? [];
    try {
      headers.append(name!.trim(), value!.trim());
    } catch {
      throw new UsageError('--header must have the form "name: value"');
    }
  }
  return Object.fromEntries(headers);
}
