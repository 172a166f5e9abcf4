import type { Compared } from '../compare.js';
import type { Style } from '../style.js';
import { count } from './quantity.js';

export function renderDifferences({ what, differences, crrs }: Compared, style: Style): string {
  if (differences.length === 0) {
    return style.green(`The ${what} and the schema agree: ${count(crrs, 'CRR')}.`);
  }
  const verb = what === 'database' ? 'differs' : 'differ';
  return [
    style.red(`The ${what} ${verb} from the schema: ${count(differences.length, 'difference')}.`),
    ...differences.map(({ table, message }) => `  ${style.bold(table)}: ${message}`),
    ADVICE[what],
  ].join('\n');
}

const ADVICE = {
  migrations: 'Run drizzle-crr generate.',
  database:
    'Run the migrations that drizzle-crr generate writes, or db.$crr.install().\nFor development: drizzle-crr push.',
};
