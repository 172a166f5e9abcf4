/** What npm's page of the package shows, and what it depends on. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/run-tsx.js';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json'));

test('the manifest names the repository, from which npm makes the links of README absolute', () => {
  expect(manifest.repository).toEqual({
    type: 'git',
    url: 'git+https://github.com/drizzle-crr/drizzle-crr.git',
  });
  expect(manifest.bugs.url).toMatch(/^https:\/\/github\.com\/drizzle-crr\/drizzle-crr\/issues$/);
  expect(manifest.homepage).toMatch(/^https:\/\/github\.com\/drizzle-crr\/drizzle-crr/);
});

// npm shows README with `<repository>/blob/HEAD/` before each relative link. A link with a slash or `..`
// at its beginning would lead elsewhere.
test('README links to files of the repository, by paths that npm and GitHub read alike', () => {
  const targets = [...read('README.md').matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(
    ([, target]) => target!,
  );
  const relative = targets.filter((target) => !/^[a-z]+:/.test(target));
  expect(relative.length).toBeGreaterThan(0);
  for (const target of relative) {
    expect(target).toMatch(/^[a-zA-Z]/);
    expect(existsSync(join(root, target)), target).toBe(true);
  }
});

test('no package is both bundled and a dependency', () => {
  const bundled = /noExternal: \[([^\]]*)\]/.exec(read('tsup.config.ts'))![1]!;
  for (const name of bundled.matchAll(/'([^']+)'/g)) {
    expect(manifest.dependencies).not.toHaveProperty([name[1]!]);
    expect(manifest.devDependencies).toHaveProperty([name[1]!]);
  }
});

test('every dependency of users is justified in docs/decisions.md', () => {
  const decisions = read('docs/decisions.md');
  for (const name of Object.keys(manifest.dependencies)) expect(decisions).toContain(`\`${name}\``);
});
