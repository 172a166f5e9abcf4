/** Every command finds and opens its database in one way, and reports in one line what is wrong with it. */
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../src/migrate/config.js';
import { databaseAddress } from '../../src/migrate/database.js';
import { startSqld } from '../../tools/sqld/index.js';
import { openClient } from '../support/client.js';
import { isDrizzle1 } from '../support/drizzle-line.js';
import type { TestProject } from '../support/project.js';
import {
  CONFIG,
  createNotes,
  createNotesFile,
  DDL,
  notesProject,
  SCHEMA,
} from './notes-project.js';

/** Commands that expect a database that is there, and the arguments that they cannot do without. */
const READERS = [
  ['check', []],
  ['status', []],
  ['changes', []],
  ['sync', ['http://127.0.0.1:9/']],
  ['serve', ['--port', '0']],
] as const;
const ALL = [...READERS, ['push', []]] as const;

let project: TestProject;
/** An address on this machine at which nothing listens. */
let closedPort: number;
beforeAll(async () => {
  project = await notesProject();
  await createNotesFile(project, 'app.db');
  const client = openClient({ url: `file:${join(project.folder, 'plain.db')}` });
  await client.execute(DDL);
  client.close();
  const server = await listening((_, response) => response.end());
  closedPort = portOf(server);
  await new Promise((done) => server.close(done));
});
afterAll(() => project?.remove());

async function failing(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.crr(...args);
  expect(stderr).toMatch(/^drizzle-crr \w+: [^\n]*\n$/);
  expect(stderr).not.toMatch(/unexpected error/);
  expect(code).toBe(1);
  expect(stdout).toBe('');
  return stderr;
}

describe.each(READERS)('%s', (name, args) => {
  test('on a mistyped path says so and does not create the file', async () => {
    const file = join(project.folder, 'typo.db');
    expect(await failing(name, ...args, '--url', 'file:typo.db')).toContain(
      `there is no database ${file} (from --url)`,
    );
    expect(existsSync(file)).toBe(false);
  });

  test('on a server that is not running says so', async () => {
    for (const protocol of ['http', 'ws']) {
      const url = `${protocol}://127.0.0.1:${closedPort}/`;
      expect(await failing(name, ...args, '--url', url)).toBe(
        `drizzle-crr ${name}: cannot reach ${url}: ECONNREFUSED; is the server running?\n`,
      );
    }
  });

  test('on a file that is not a database says so', async () => {
    const file = join(project.folder, 'schema.ts');
    expect(await failing(name, ...args, '--url', 'file:schema.ts')).toBe(
      `drizzle-crr ${name}: ${file} is not a SQLite database\n`,
    );
  });
});

test('push may create the database', async () => {
  const { code, stdout } = await project.crr('push', '--url', 'file:pushed.db');
  expect(stdout).toMatch(/Pushing to file:pushed\.db \(from --url\)\./);
  expect(code).toBe(0);
  expect(await project.crr('check', '--url', 'file:pushed.db')).toMatchObject({ code: 0 });
});

describe('a database without CRRs', () => {
  test.each([
    ['status', []],
    ['changes', []],
    ['sync', ['http://127.0.0.1:9/']],
    ['serve', ['--port', '0']],
  ] as const)('%s refuses at once and names the remedies', async (name, args) => {
    expect(await failing(name, ...args, '--url', 'plain.db')).toBe(
      `drizzle-crr ${name}: plain.db has no CRRs yet: apply the migrations that drizzle-crr generate writes (drizzle-kit migrate), or call db.$crr.install(). For development: drizzle-crr push\n`,
    );
  });

  test('check lists what is missing', async () => {
    const { code, stdout, stderr } = await project.crr('check', '--url', 'plain.db');
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(
      /^The database differs from the schema: 2 differences\.\n {2}crr_state: /,
    );
  });
});

describe('a database with other triggers than the schema asks for', () => {
  const schema = SCHEMA.replace('})', ", more: text('more') })");

  test.each([
    ['changes', []],
    ['sync', ['http://127.0.0.1:9/']],
    ['serve', ['--port', '0']],
  ] as const)('%s refuses', async (name, args) => {
    project.write({ 'newer.ts': schema });
    expect(await failing(name, ...args, '--schema', 'newer.ts', '--url', 'app.db')).toMatch(
      /the triggers of "notes" are not those of this schema/,
    );
  });

  test('check has one line for the column that is missing, and one for all that follows from it', async () => {
    project.write({ 'newer.ts': schema });
    const { code, stdout } = await project.crr('check', '--schema', 'newer.ts', '--url', 'app.db');
    expect(code).toBe(1);
    expect(stdout.split('\n').filter((line) => line.startsWith('  '))).toEqual([
      '  notes: the table has no column "more"',
      '  notes: column "more" has no clocks',
      expect.stringMatching(
        /^ {2}notes: \d+ triggers and other generated parts are not those of the schema: \d+ of another schema or version, 1 missing$/,
      ),
    ]);
  });

  test('status works, and counts the differences', async () => {
    project.write({ 'newer.ts': schema });
    const { code, stdout } = await project.crr('status', '--schema', 'newer.ts', '--url', 'app.db');
    expect(stdout).toMatch(/schema +\d+ differences: see drizzle-crr check/);
    expect(code).toBe(0);
  });
});

describe('the project and the address', () => {
  test.each(ALL)('%s takes the options of drizzle-kit, and --url', async (name, args) => {
    const empty = await notesProject();
    try {
      empty.write({ 'other.config.ts': CONFIG.replace('./schema.ts', './tables/*.ts') });
      empty.write({ 'tables/notes.ts': SCHEMA.replace("text('body')", 'text()') });
      // In Drizzle 1.0 the schema decides the casing.
      const casing = isDrizzle1 ? [] : ['--casing', 'snake_case'];
      const options = ['--config', 'other.config.ts', ...casing, '--dialect', 'turso'];
      const more = ['--schema', './tables/notes.ts', '--out', './drizzle'];
      await createNotesFile(empty, 'there.db');
      const url = ['--url', 'file:there.db'];
      const running = empty.start(name, ...args, ...options, ...more, ...url);
      // What each does at last, if it has accepted them all.
      if (name === 'serve') {
        await running.printed(/Sync server at http/);
        running.process.kill('SIGTERM');
        expect((await running.ended).stderr).toBe('');
      } else if (name === 'sync') {
        expect((await running.ended).stderr).toMatch(/127\.0\.0\.1:9\/: the server could not be/);
      } else {
        const { code, stdout, stderr } = await running.ended;
        expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
      }
    } finally {
      empty.remove();
    }
  });

  test('--url goes before DATABASE_URL, and that before the config', async () => {
    await createNotesFile(project, 'one.db');
    await createNotesFile(project, 'two.db');
    const env = { DATABASE_URL: 'file:one.db' };
    const database = async (...args: string[]) =>
      /database +(\S+)/.exec((await project.crrWith(env, 'status', ...args)).stdout)?.[1];
    expect(await database()).toBe('file:one.db');
    expect(await database('--url', 'two.db')).toBe('two.db');
    expect((await project.crr('status')).stdout).toMatch(/database +file:app\.db/);
  });

  test('a database that nobody names, an address that libSQL cannot open', async () => {
    project.write({ 'bare.config.ts': CONFIG.replace(/, dbCredentials: \{.*?\}/, '') });
    expect(await failing('status', '--config', 'bare.config.ts')).toMatch(
      /no database is named: pass --url <url>, set DATABASE_URL, or set dbCredentials\.url/,
    );
    // A password in the address is not printed.
    expect(await failing('check', '--url', 'postgres://me:secret@127.0.0.1/x')).toBe(
      'drizzle-crr check: --url is not an address that libSQL can open: expected file:, libsql:, http:, https:, ws: or wss:, found postgres:\n',
    );
    expect(await failing('status', '--url', ':memory:')).toMatch(/--url is a database in memory/);
    expect(await failing('status', '--url', '.')).toMatch(/is a folder: expected a database file/);
    expect(await failing('status', '--config', 'nowhere.ts')).toMatch(
      /there is no config .*nowhere\.ts/,
    );
  });

  test.each([
    ['file:app.db', '/project/app.db'],
    ['app.db', '/project/app.db'],
    ['./data/app.db', '/project/data/app.db'],
    ['file:///var/app.db', '/var/app.db'],
    ['file:/var/app.db', '/var/app.db'],
    ['file:a%20b.db', '/project/a b.db'],
    ['100%.db', '/project/100%.db'],
    ['ä?.db', '/project/ä'],
  ])('%s is the file %s, to libSQL too', (url, file) => {
    const folder = { cwd: '/project', config: {} } as Project;
    const address = databaseAddress(folder, url, {});
    expect(address.file).toBe(file);
    expect(decodeURIComponent(/^file:([^?#]*)/.exec(address.url)![1]!)).toBe(file);
  });

  test("a token goes to the config's own server, or comes from DATABASE_AUTH_TOKEN", async () => {
    const seen: (string | undefined)[] = [];
    const server = await listening((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end('no');
    });
    const url = `http://127.0.0.1:${portOf(server)}/`;
    const config = (credentials: string) =>
      CONFIG.replace("{ url: 'file:app.db' }", `{ url: ${credentials}, authToken: 'of-config' }`);
    project.write({
      'own.config.ts': config(`'${url}'`),
      'else.config.ts': config("'http://b.test/'"),
    });
    const refused = `drizzle-crr status: ${url} refused the token: set DATABASE_AUTH_TOKEN, or authToken beside dbCredentials.url\n`;
    expect(await failing('status', '--config', 'own.config.ts')).toBe(refused);
    expect(new Set(seen.splice(0))).toEqual(new Set(['Bearer of-config']));
    expect(await failing('status', '--config', 'else.config.ts', '--url', url)).toBe(refused);
    expect(new Set(seen.splice(0))).toEqual(new Set([undefined]));
    const env = { DATABASE_AUTH_TOKEN: 'of-environment' };
    await project.crrWith(env, 'status', '--config', 'own.config.ts');
    expect(new Set(seen)).toEqual(new Set(['Bearer of-environment']));
    server.close();
  });

  test('a web server that is not a libSQL server', async () => {
    const server = await listening((_, response) => void response.writeHead(404).end());
    const url = `http://127.0.0.1:${portOf(server)}/`;
    expect(await failing('check', '--url', url)).toBe(
      `drizzle-crr check: ${url} answered with HTTP status 404: is it the address of a libSQL server? (from --url)\n`,
    );
    server.close();
  });

  test('a server that is reached', async ({ skip }) => {
    const sqld = await startSqld();
    if (sqld === undefined) return skip(`no sqld binary for ${process.platform}-${process.arch}`);
    const client = openClient({ url: sqld.httpUrl });
    await createNotes(client);
    client.close();
    expect(await project.crr('check', '--url', sqld.httpUrl)).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect((await project.crr('status', '--url', sqld.wsUrl)).stdout).toMatch(/notes +0 +0/);
    await sqld.stop();
  });
});

async function listening(handle: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(handle!);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;
