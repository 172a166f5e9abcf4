/** `drizzle-crr doctor`: what it prints, and its exit codes. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClient } from '../support/client.js';
import type { TestProject } from '../support/project.js';
import { createNotesFile, notesProject } from './notes-project.js';

let project: TestProject;
beforeAll(async () => {
  project = await notesProject();
  await createNotesFile(project, 'app.db', [{ id: 'a', body: 'Milk', stars: 3 }]);
});
afterAll(() => project?.remove());

async function silently(sql: string): Promise<void> {
  const client = openClient({ url: `file:${join(project.folder, 'app.db')}` });
  await client.batch(
    ['UPDATE crr_state SET applying = 1', sql, 'UPDATE crr_state SET applying = 0'],
    'write',
  );
  client.close();
}

test('a sound database exits with 0', async () => {
  expect(await project.crr('doctor')).toMatchObject({
    code: 0,
    stdout: 'The bookkeeping and the rows agree.\n',
    stderr: '',
  });
});

test('findings exit with 1, and --fix repairs them', async () => {
  await silently("DELETE FROM notes WHERE id = 'a'");
  const { code, stdout } = await project.crr('doctor');
  expect(code).toBe(1);
  expect(stdout).toBe(
    [
      '1 finding:',
      '  notes {"id":"a"}: clock-without-row',
      '    is a living clock without a row, neither in the table nor aside, should be a tombstone; a repair takes the row for one that was deleted here, now',
      '--fix repairs all of it.\n',
    ].join('\n'),
  );
  const json = await project.crr('doctor', '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    count: 1,
    findings: [{ code: 'clock-without-row', table: 'notes', key: { id: 'a' }, isRepairable: true }],
    repaired: [],
    startsOver: false,
  });
  const fixed = await project.crr('doctor', '--fix');
  expect(fixed.code).toBe(0);
  expect(fixed.stdout).toMatch(
    /^Repaired 1 finding\.\n.*clock-without-row\n.*\nThe bookkeeping and the rows agree\.\n$/,
  );
  expect((await project.crr('doctor')).code).toBe(0);
});

test('a database that is not there, or has no CRRs, exits with 2', async () => {
  const missing = await project.crr('doctor', '--url', 'file:missing.db');
  expect([missing.code, missing.stdout]).toEqual([2, '']);
  expect(missing.stderr).toMatch(/^drizzle-crr doctor: /);
  const client = openClient({ url: `file:${join(project.folder, 'plain.db')}` });
  await client.execute(
    'CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, body TEXT, stars INTEGER)',
  );
  client.close();
  expect((await project.crr('doctor', '--url', 'file:plain.db')).code).toBe(2);
  expect((await project.crr('doctor', '--limit', '0')).code).toBe(2);
});
