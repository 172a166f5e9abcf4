import type { Difference, DifferenceKind } from '../../tables/difference.js';
import type { Compared } from '../compare.js';
import type { Style } from '../style.js';
import { count } from './quantity.js';

export function renderDifferences({ what, differences, crrs }: Compared, style: Style): string {
  if (differences.length === 0) {
    return style.green(`The ${what} and the schema agree: ${count(crrs, 'CRR')}.`);
  }
  const lines = summarize(differences);
  const verb = what === 'database' ? 'differs' : 'differ';
  return [
    style.red(`The ${what} ${verb} from the schema: ${count(lines.length, 'difference')}.`),
    ...lines.map(({ table, message }) => `  ${style.bold(table)}: ${message}`),
    ADVICE[what],
  ].join('\n');
}

const ADVICE = {
  migrations: 'Run drizzle-crr generate.',
  database:
    'Run the migrations that drizzle-crr generate writes, or db.$crr.install().\nFor development: drizzle-crr push.',
};

/** Parts that are generated: one changed column makes most of them differ. */
const GENERATED = {
  'trigger-missing': 'missing',
  'trigger-outdated': 'of another schema or version',
  'trigger-unknown': 'of a column or version that is gone',
  'description-differs': 'of another schema or version',
} as const satisfies Partial<Record<DifferenceKind, string>>;
type Generated = Difference & { readonly kind: keyof typeof GENERATED };

const isGenerated = (difference: Difference): difference is Generated =>
  difference.kind in GENERATED;

/** The differences of each table, those in generated parts as one. */
export function summarize(differences: readonly Difference[]): readonly Difference[] {
  const byTable = new Map<string, Difference[]>();
  for (const difference of differences) {
    byTable.set(difference.table, [...(byTable.get(difference.table) ?? []), difference]);
  }
  return [...byTable.values()].flatMap((ofTable) => {
    const generated = ofTable.filter(isGenerated);
    const others = ofTable.filter((difference) => !isGenerated(difference));
    return generated.length < 2 ? ofTable : [...others, summaryOf(generated)];
  });
}

function summaryOf(generated: readonly Generated[]): Difference {
  const counts = new Map<string, number>();
  for (const { kind } of generated) {
    const state = GENERATED[kind];
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const states = [...counts].map(([state, number]) => `${number} ${state}`);
  return {
    ...generated[0]!,
    message: `${generated.length} triggers and other generated parts are not those of the schema: ${states.join(', ')}`,
  };
}
