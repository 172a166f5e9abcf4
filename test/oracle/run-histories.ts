/** Runs many random histories; a failure is shortened and told so that it can be replayed. */
import { numberFromEnv, seedFromEnv } from '../support/random.js';
import { type History, type HistoryOptions, randomHistory, type Step } from './history.js';
import { replay } from './replay.js';
import { valueText } from './value-text.js';
import type { WorldPlan } from './world.js';

/** How long a failing history may be shortened before it is told as it is, in milliseconds. */
const SHORTENING_TIME = 20_000;

export interface RunOptions extends HistoryOptions {
  readonly worlds: (index: number) => readonly WorldPlan[];
  /** Of the histories asked for by `CRR_HISTORIES`, the fraction to run. Default: all. */
  readonly share?: number;
}

/**
 * Runs `CRR_HISTORIES` (300) histories of the sequence that `CRR_SEED` starts, or only the one with
 * the number `CRR_HISTORY`.
 *
 * @throws Error on the first history that fails, with the steps left after shortening.
 */
export async function runHistories(options: RunOptions): Promise<void> {
  const seed = seedFromEnv();
  const only = numberFromEnv('CRR_HISTORY', -1);
  const total = Math.ceil(numberFromEnv('CRR_HISTORIES', 120) * (options.share ?? 1));
  const [first, end] = only >= 0 ? [only, only + 1] : [0, total];
  for (let index = first; index < end; index++) {
    const history = randomHistory(seed, index, options);
    const worlds = options.worlds(index);
    if ((await replay(history, worlds)) === undefined) continue;
    const short = await shorten(history, worlds);
    throw new Error(
      `history ${index} fails; replay it with CRR_SEED=${seed} CRR_HISTORY=${index}\n` +
        `${describe(short)}\n${await replay(short, worlds)}`,
    );
  }
}

/** Leaves out steps, many at a time at first, for as long as the history still fails. */
async function shorten(history: History, worlds: readonly WorldPlan[]): Promise<History> {
  const deadline = Date.now() + SHORTENING_TIME;
  let steps = history.steps;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = steps.length - size; at > -size && Date.now() < deadline; at -= size) {
      const start = Math.max(0, at);
      const fewer = [...steps.slice(0, start), ...steps.slice(at + size)];
      if ((await replay({ ...history, steps: fewer }, worlds)) !== undefined) steps = fewer;
    }
  }
  return { ...history, steps };
}

function describe(history: History): string {
  const lines = history.steps.map((step, i) => `  ${i}. ${describeStep(step)}`);
  return [`${history.sites} sites, shape "${history.shape.name}"`, ...lines].join('\n');
}

function describeStep(step: Step): string {
  if (step.kind === 'exchange') return 'every site -> every other site: new';
  if (step.kind === 'write') {
    const statements = step.statements.map(({ sql, params }) => {
      const values = params.length === 0 ? '' : `  -- ${params.map(valueText).join(', ')}`;
      return sql.replace(/\s+/g, ' ') + values;
    });
    const together = statements.length > 1 ? ' in one transaction:' : ':';
    return `site ${step.site}${together} ${statements.join('\n       ')}`;
  }
  const { from, to, reach, part, order, transactions, delay, twice } = step;
  const times = `${transactions} transaction${transactions > 1 ? 's' : ''}${twice ? ', twice' : ''}`;
  const late = delay > 0 ? `, ${delay} steps late` : '';
  return `site ${from} -> site ${to}: ${reach}, ${part}, ${order}, in ${times}${late}`;
}
