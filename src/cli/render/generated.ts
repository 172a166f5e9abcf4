import { relative } from 'node:path';
import type { Generated } from '../../migrate/generate.js';
import type { Style } from '../style.js';

export function renderGenerated(
  { file, summary, recovered }: Generated,
  cwd: string,
  style: Style,
): string {
  const lines = recovered
    ? [style.yellow('An earlier run was interrupted; its half-made migration was removed.')]
    : [];
  if (file === undefined) {
    lines.push('Nothing to migrate: the migrations match the schema.');
  } else if (summary.length === 0) {
    lines.push(
      `${style.bold(relative(cwd, file))} changes no CRR and stays as drizzle-kit wrote it.`,
    );
  } else {
    lines.push(`CRR steps added to ${style.bold(relative(cwd, file))}:`);
    for (const line of summary) lines.push(`  ${line}`);
  }
  return lines.join('\n');
}
