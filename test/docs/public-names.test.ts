import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { publicNames } from '../support/public-types.js';
import { root } from '../support/run-tsx.js';

describe.each([
  ['src/index.ts', 'docs/api.md'],
  ['src/sync/index.ts', 'docs/sync.md'],
  ['src/live-queries/index.ts', 'docs/live-queries.md'],
  ['src/browser/index.ts', 'docs/browser.md'],
  ['src/react/index.ts', 'docs/react.md'],
  ['src/yjs/index.ts', 'docs/text.md'],
  ['src/loro/index.ts', 'docs/text.md'],
  ['src/testing/index.ts', 'docs/testing.md'],
  ['src/vite/index.ts', 'docs/browser.md'],
])('what %s exports is in %s', (entry, page) => {
  const sections = sectionsOf(page);
  const names = publicNames(entry);

  test('every name', () => {
    const missing = names.filter(({ name }) => !sections.some((section) => section.has(name)));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  test('every member and option, in a section that names its type', () => {
    const missing = names.flatMap(({ name, members }) => {
      const ofType = sections.filter((section) => section.has(name));
      return members
        .filter((member) => !ofType.some((section) => section.has(member)))
        .map((member) => `${name}.${member}`);
    });
    expect(missing).toEqual([]);
  });
});

/** For each section of a page, the words that stand in code font. */
function sectionsOf(page: string): ReadonlySet<string>[] {
  const text = readFileSync(join(root, page), 'utf8');
  return text
    .split(/^(?=#+ )/m)
    .map((section) => new Set(codeOf(section).flatMap((code) => code.match(/[$\w]+/g) ?? [])));
}

const codeOf = (section: string): string[] =>
  [...section.matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)].map(
    ([, block, span]) => block ?? span ?? '',
  );
