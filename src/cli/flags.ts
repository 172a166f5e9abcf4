import { CrrUsageError } from '../errors.js';

export type FlagValues<T extends Readonly<Record<string, 'string' | 'boolean'>>> = {
  [K in keyof T]?: T[K] extends 'string' ? string : boolean;
};

/**
 * Reads flags as drizzle-kit does: `--name value`, `--name=value`, `--flag`, `--flag=false`.
 *
 * @throws {CrrUsageError} for a flag that is not known, or lacks its value.
 */
export function readFlags<const T extends Readonly<Record<string, 'string' | 'boolean'>>>(
  command: string,
  args: readonly string[],
  known: T,
): FlagValues<T> {
  const values: Record<string, string | boolean> = {};
  const refuse = (reason: string): never => {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `${reason}; drizzle-crr ${command} --help lists what there is`,
    );
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const [, name, given] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? refuse(`"${arg}" is no option`);
    const type = Object.hasOwn(known, name!)
      ? known[name!]
      : refuse(`there is no option --${name}`);
    if (type === 'boolean') {
      if (given === undefined || given === 'true' || given === '1') values[name!] = true;
      else if (given === 'false' || given === '0') values[name!] = false;
      else refuse(`--${name} is a switch, "${given}" is neither true nor false`);
      continue;
    }
    const value = given ?? args[++i];
    if (value === undefined) refuse(`--${name} needs a value`);
    values[name!] = value!;
  }
  return values as FlagValues<T>;
}

/** The arguments without the flags named, to be handed on. */
export function withoutFlags(args: readonly string[], names: readonly string[]): string[] {
  return args.filter(
    (arg) => !names.some((name) => arg === `--${name}` || arg.startsWith(`--${name}=`)),
  );
}
