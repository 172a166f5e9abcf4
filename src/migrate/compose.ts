import { BREAKPOINT, splitChunks } from './folder.js';
import type { AlterPlan } from './plan.js';
import { renderStep } from './state.js';

/** The text of a migration: begin_alter, drizzle-kit's statements as they are, commit_alter. */
export function composeMigration(statements: readonly string[], plan: AlterPlan): string {
  const begin = annotated(
    plan.begin,
    '-- drizzle-crr begin_alter: triggers go before their tables change',
  );
  const commit = annotated(
    plan.commit,
    `-- drizzle-crr commit_alter: ${plan.summary.join('; ').replaceAll(/[\r\n]|-->/g, ' ')}\n${renderStep(plan.step)}`,
  );
  const middle = statements.map((sql) => sql.trim());
  return `${[...begin, ...middle, ...commit].join(`\n${BREAKPOINT}\n`)}\n`;
}

/** A comment stands in a chunk that also holds a statement: one that holds nothing else fails. */
function annotated(statements: readonly string[], comment: string): string[] {
  return statements.map((sql, i) => `${i === 0 ? `${comment}\n` : ''}${sql};`);
}

/** drizzle-kit's statements; what it leaves in an empty custom migration is a comment alone. */
export function drizzleStatements(sql: string): string[] {
  return splitChunks(sql).filter((chunk) =>
    chunk.split('\n').some((line) => line.trim() !== '' && !line.trim().startsWith('--')),
  );
}
