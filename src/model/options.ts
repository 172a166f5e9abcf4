import { CrrUsageError } from '../errors.js';

/**
 * The names of all options of a type. TypeScript refuses a list that lacks one, or has one that the
 * type does not have.
 */
export const optionsOf = <TOptions extends object>(
  names: Readonly<Record<keyof TOptions & string, true>>,
): readonly string[] => Object.keys(names);

/**
 * Refuses unknown options: a misspelt one would otherwise have no effect, without a word.
 *
 * @param caller the function in messages, such as `changes()`.
 * @throws {CrrUsageError} with the known option that is nearest to the unknown one; also if there is no object.
 */
export function refuseUnknownOptions(
  caller: string,
  options: object,
  known: readonly string[],
): void {
  if (typeof options !== 'object' || options === null) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `${caller} takes an object with ${known.join(', ')}`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const advice =
      nearest === undefined ? `the options are ${known.join(', ')}` : `did you mean "${nearest}"?`;
    throw new CrrUsageError('CRR_USAGE_OPTION', `${caller} has no option "${name}": ${advice}`);
  }
}

/** Refuses what is not the function that a call is about. */
export function requireFunction(caller: string, run: unknown): void {
  if (typeof run === 'function') return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    `${caller} takes a function, which it runs in a transaction`,
  );
}

/** Refuses what is not a safe integer of at least `least`. */
export function requireVersion(caller: string, name: string, value: unknown, least = 0): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    `${caller}: ${name} must be an integer of at least ${least}`,
  );
}

/** The known name that was probably meant; undefined if none is near. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) => ({
    candidate,
    distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
  }));
  const [best] = distances.sort((a, b) => a.distance - b.distance);
  // A third of the letters may be wrong; with more of them, another name was meant.
  const isNear = best !== undefined && best.distance <= Math.max(1, best.candidate.length / 3);
  return isNear ? best.candidate : undefined;
}

/** How many letters to insert, delete, replace or swap with their neighbour to get from `a` to `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (isSame ? 0 : 1),
        isSwap ? beforeLast[column - 2]! + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
