import { CrrUsageError } from '../errors.js';

/** Refuses options that are not known: a misspelt one would otherwise be silently without effect. */
export function refuseUnknownOptions(
  where: string,
  options: object,
  known: readonly string[],
): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `${where} has no option "${name}"; it takes ${known.join(', ')}`,
    );
  }
}

export function requireVersion(where: string, name: string, value: unknown, least = 0): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    `${where}: ${name} must be an integer of at least ${least}`,
  );
}
