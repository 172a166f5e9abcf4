/** Makes a plan that fails smaller, while it still fails. */
import type { Plan, Step } from './plan.js';

export async function shrink(
  plan: Plan,
  fails: (plan: Plan) => Promise<boolean>,
  onProgress: (plan: Plan) => void,
): Promise<Plan> {
  let best = plan;
  const tryOut = async (candidate: Plan) => {
    if (!(await fails(candidate))) return false;
    best = candidate;
    onProgress(best);
    return true;
  };
  for (let before = Number.POSITIVE_INFINITY; sizeOf(best) < before; ) {
    before = sizeOf(best);
    for (const { name } of best.sites.slice(1)) {
      const sites = best.sites.filter((site) => site.name !== name);
      await tryOut({ ...best, sites, steps: best.steps.filter(({ at }) => at !== name) });
    }
    for (let length = Math.ceil(best.steps.length / 2); ; length = Math.ceil(length / 2)) {
      for (let end = best.steps.length; end > 0; end -= length) {
        const steps: readonly Step[] = [
          ...best.steps.slice(0, Math.max(0, end - length)),
          ...best.steps.slice(end),
        ];
        await tryOut({ ...best, steps });
      }
      if (length <= 1) break;
    }
  }
  return best;
}

const sizeOf = ({ sites, steps }: Plan) => sites.length + steps.length;
