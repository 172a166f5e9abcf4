/** The migrations folder of drizzle-kit 0.31. Runs on Drizzle 0.45 alone. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONFIG, POSTS, POSTS_AND_BODY, project } from '../../cli/posts-project.js';

test('a folder that was edited by hand', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG, 'schema.ts': POSTS });
  expect((await made.crr('generate', '--name', 'one')).code).toBe(0);
  const whole = made.snapshot('drizzle');
  made.write({ 'schema.ts': POSTS_AND_BODY });
  const damage: [() => void, RegExp][] = [
    [
      () => made.write({ 'drizzle/meta/_journal.json': '<<<<<<< HEAD' }),
      /_journal\.json is not valid JSON/,
    ],
    [() => rmSync(join(made.folder, 'drizzle/0000_one.sql')), /there is no .*0000_one\.sql/],
    [
      () =>
        made.write({ 'drizzle/0000_one.sql': whole['0000_one.sql']!.replace('"set":[', '"set":') }),
      /crr:state comment of migration 0000_one cannot be read/,
    ],
    [
      () =>
        made.write({
          'drizzle/0000_one.sql': whole['0000_one.sql']!.replace(/"format":\d+/, '"format":99'),
        }),
      /has format 99/,
    ],
  ];
  for (const [make, message] of damage) {
    make();
    const before = made.snapshot('drizzle');
    const result = await made.crr('generate');
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(1);
    expect(made.snapshot('drizzle')).toEqual(before);
    for (const [path, text] of Object.entries(whole)) {
      writeFileSync(join(made.folder, 'drizzle', path), text);
    }
  }
});

test('two git branches that changed different CRRs merge; the same CRR must be made again', async () => {
  const tags = `\nexport const tags = crrTable('tags', { id: text('id').primaryKey().notNull() });`;
  const tagsAndColor = tags.replace('.notNull() }', ".notNull(), color: text('color') }");
  const base = await project({ 'drizzle.config.ts': CONFIG, 'schema.ts': POSTS + tags });
  await base.crr('generate', '--name', 'base');
  const ofBase = base.snapshot('drizzle');
  const branch = async (schema: string, name: string) => {
    for (const path of Object.keys(base.snapshot('drizzle')))
      rmSync(join(base.folder, 'drizzle', path));
    for (const [path, text] of Object.entries(ofBase)) base.write({ [`drizzle/${path}`]: text });
    base.write({ 'schema.ts': schema });
    const result = await base.crr('generate', '--name', name);
    expect(result.code, result.stderr).toBe(0);
    return base.read(`drizzle/0001_${name}.sql`);
  };
  const ours = await branch(POSTS_AND_BODY + tags, 'body');
  const disjoint = await branch(POSTS + tagsAndColor, 'color');
  const same = await branch(POSTS.replace('})', ", n: integer('n') })") + tags, 'n');

  // The merge as a person makes it: both migrations one after the other in the journal.
  const merge = async (name: string, theirs: string) => {
    const journal = JSON.parse(ofBase['meta/_journal.json']!);
    const entry = (idx: number, tag: string) => ({
      ...journal.entries[0],
      idx,
      tag,
      when: journal.entries[0].when + idx,
    });
    base.write({
      'drizzle/0001_body.sql': ours,
      [`drizzle/0002_${name}.sql`]: theirs,
      'drizzle/meta/0001_snapshot.json': base.read('drizzle/meta/0001_snapshot.json'),
      'drizzle/meta/0002_snapshot.json': base.read('drizzle/meta/0001_snapshot.json'),
      'drizzle/meta/_journal.json': JSON.stringify({
        ...journal,
        entries: [...journal.entries, entry(1, '0001_body'), entry(2, `0002_${name}`)],
      }),
    });
  };
  await merge('color', disjoint);
  base.write({ 'schema.ts': POSTS_AND_BODY + tagsAndColor });
  expect(await base.crr('check', '--offline')).toMatchObject({ code: 0 });

  // drizzle-kit refuses two migrations that follow the same one, and ends with 0.
  const merged = base.snapshot('drizzle');
  const collision = await base.crr('generate');
  expect(collision.code).toBe(1);
  expect(collision.stderr).toMatch(
    /two migrations follow the same one.*delete .*0002_color\.sql, .*0002_snapshot\.json and the entries for them in meta\/_journal\.json/,
  );
  expect(base.snapshot('drizzle')).toEqual(merged);

  await merge('n', same);
  const before = base.snapshot('drizzle');
  const result = await base.crr('generate');
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(
    /migration 0002_n was made from another state of the CRR "posts", which 0001_body has changed since.*delete 0002_n\.sql, meta\/0002_snapshot\.json/,
  );
  expect(base.snapshot('drizzle')).toEqual(before);
});
