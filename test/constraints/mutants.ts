// biome-ignore-all lint/suspicious/noTemplateCurlyInString: parts of sources, which have templates.
/** Mistakes in settling that histories must find: each is one replacement in one file. */

import type { Mutant } from '../support/mutant.js';

export const MUTANTS: readonly Mutant[] = [
  {
    name: "SQLite's own actions work while changes are merged",
    file: 'tables/aside/guards.ts',
    from: 'if (referencesOf(spec).length === 0) return [];',
    to: 'return [];',
  },
  {
    name: 'the row that was there first keeps a unique value',
    file: 'tables/aside/rank.ts',
    from: "`${baseKey(spec, 'rival')} < ${asideKey(spec, row)}`",
    to: "`${baseKey(spec, 'rival')} <> ${asideKey(spec, row)}`",
  },
  {
    name: 'a row is shown once its parents are shown',
    file: 'tables/aside/settle.ts',
    from: `      const values = valuesOf(spec, reference.columns, aside(spec));
      return lacksParent(reference, values);`,
    to: `      const values = valuesOf(spec, reference.columns, aside(spec));
      return lacksShownParent(reference, values);`,
  },
  {
    name: 'the feed gives what is shown instead of a masked value',
    file: 'tables/aside/truth.ts',
    from: "maskableColumns(spec).includes(column) ? ` OR ${ASIDE}.${mask(column)}` : ''",
    to: "maskableColumns(spec).includes(column) && mask(column) === '' ? '' : ''",
  },
  {
    name: 'an apply does not notice that it has to settle',
    file: 'merge/settle.ts',
    from: 'return statements(lookStatements(this.#specs, isFirst, this.limits.maxStatementBytes));',
    to: 'return isFirst ? [] : statements(lookStatements([], isFirst, 0));',
  },
  {
    name: 'rows below one that lost a unique value stay',
    file: 'tables/aside/settle.ts',
    from: `    ...(isWhole
      ? [...passStatements(SECOND_PASS), refuseDeep(SECOND_PASS + MOST_PASSES - 1)]
      : fewPassStatements(SECOND_PASS)),
`,
    to: '',
  },
  {
    name: 'children of a deleted parent are not looked at',
    file: 'tables/aside/settle.ts',
    from: "            'gone.causal_length % 2 = 0',",
    to: "            'false',",
  },
  {
    name: 'what a masked row shows passes for its claim',
    file: 'tables/aside/rank.ts',
    from: `            \`\${baseKey(spec, 'rival')} < \${asideKey(spec, row)}\`,
            isPlain(spec, 'rival'),`,
    to: `            \`\${baseKey(spec, 'rival')} < \${asideKey(spec, row)}\`,`,
  },
  {
    name: 'rows that OR REPLACE deletes get no tombstone',
    file: 'tables/aside/on-write.ts',
    from: '    ...rivalTriggers(spec),',
    to: '    ...(spec.name === "" ? rivalTriggers(spec) : []),',
  },
  {
    name: 'settled rows are not aside any more although a mask is set',
    file: 'tables/aside/settle.ts',
    from: "WHERE state = 'open' AND NOT ${isMasked(spec, aside(spec))}`",
    to: "WHERE state = 'open'`",
  },
  {
    name: 'a local write of a masked cell leaves the mask',
    file: 'tables/aside/on-write.ts',
    from: 'SET ${mask(name)} = NULL',
    to: 'SET ${mask(name)} = ${mask(name)}',
  },
  {
    name: 'a reference to a row parked now keeps its value',
    file: 'tables/aside/settle.ts',
    from: "all([\"parent.state <> 'open' AND parent.was IS NULL\", isPlain(spec, 'base')])",
    to: "all(['false', isPlain(spec, 'base')])",
  },
];
