import { joinChunks, splitChunks } from './migration.js';
import type { AlterPlan } from './plan.js';
import { renderStep } from './state.js';

/** The text of a migration: begin_alter, drizzle-kit's statements unchanged, commit_alter. */
export function composeMigration(statements: readonly string[], plan: AlterPlan): string {
  const begin = annotated(
    plan.begin,
    '-- drizzle-crr begin_alter: drop the triggers of the tables that change',
  );
  const commit = annotated(
    plan.commit,
    `-- drizzle-crr commit_alter: ${plan.summary.join('; ').replaceAll(/[\r\n]|-->/g, ' ')}\n${renderStep(plan.step)}`,
  );
  const middle = statements.map((sql) => sql.trim());
  return joinChunks([...begin, ...middle, ...commit]);
}

/** A comment goes into the chunk of a statement: libSQL fails on a chunk of comments alone. */
function annotated(statements: readonly string[], comment: string): string[] {
  return statements.map((sql, i) => `${i === 0 ? `${comment}\n` : ''}${sql};`);
}

/** drizzle-kit's statements, without the comment that it leaves in an empty custom migration. */
export function drizzleStatements(sql: string): string[] {
  return splitChunks(sql).filter((chunk) =>
    chunk.split('\n').some((line) => line.trim() !== '' && !line.trim().startsWith('--')),
  );
}
