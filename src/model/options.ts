import { CrrUsageError } from '../errors.js';

/** A choice of texts, or what else a value has to be. `'any'`: the caller looks at it more closely, or nothing can be said. */
export type OptionKind = keyof typeof KINDS | readonly (string | undefined)[];

/** What a value of each kind must be, in words and as a check. */
const KINDS = {
  any: ['', () => true],
  boolean: ['true or false', (value: unknown) => typeof value === 'boolean'],
  function: ['a function', (value: unknown) => typeof value === 'function'],
  text: ['a text', (value: unknown) => typeof value === 'string'],
  /** Infinity is one: it stands for no limit. */
  number: ['a number of at least 0', (value: unknown) => typeof value === 'number' && value >= 0],
  list: ['a list', (value: unknown) => Array.isArray(value)],
  object: ['an object', (value: unknown) => typeof value === 'object' && value !== null],
} as const;

/** The kinds that fit a type. */
type KindOf<T> =
  | 'any'
  | ([T] extends [boolean]
      ? 'boolean'
      : [T] extends [(...parameters: never) => unknown]
        ? 'function'
        : [T] extends [string]
          ? string extends T
            ? 'text'
            : readonly T[]
          : [T] extends [number]
            ? 'number'
            : [T] extends [readonly unknown[]]
              ? 'list'
              : [T] extends [object]
                ? 'object'
                : never);

/** Options by name, with the kind of their values. */
export type KnownOptions = Readonly<Record<string, OptionKind>>;

/**
 * The names of all options of a type, with the kind of their values. TypeScript refuses a list that lacks one, has one that
 * the type does not have, or gives one a kind that does not fit its type.
 */
export const optionsOf = <TOptions extends object>(
  kinds: {
    readonly [Name in keyof TOptions & string]-?: KindOf<Exclude<TOptions[Name], undefined>>;
  },
): KnownOptions => kinds;

/**
 * Refuses options that are unknown, or of another kind: a misspelt one would otherwise have no effect, without a word.
 *
 * @param caller the function in messages, such as `changes()`.
 * @throws {CrrUsageError} with the known option that is nearest to the unknown one; also if there is no object.
 */
export function requireOptions(caller: string, options: object, known: KnownOptions): void {
  const refuse = (what: string) => {
    throw new CrrUsageError('CRR_USAGE_OPTION', `${caller}${what}`);
  };
  const names = Object.keys(known);
  if (typeof options !== 'object' || options === null) {
    refuse(` takes an object with ${names.join(', ')}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) {
      const nearest = nearestName(name, names);
      const advice =
        nearest === undefined
          ? `the options are ${names.join(', ')}`
          : `did you mean "${nearest}"?`;
      refuse(` has no option "${name}": ${advice}`);
    } else if (value !== undefined && !isOfKind(value, kind)) {
      refuse(`: ${name} must be ${inWords(kind)}`);
    }
  }
}

const isOfKind = (value: unknown, kind: OptionKind): boolean =>
  typeof kind === 'string' ? KINDS[kind][1](value) : kind.includes(value as string);

const inWords = (kind: OptionKind): string =>
  typeof kind === 'string' ? KINDS[kind][0] : kind.map((choice) => `'${choice}'`).join(' or ');

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
