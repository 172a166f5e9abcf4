/** The options of a type, none of them absent or undefined. */
export type Complete<Options> = {
  readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined>;
};

/** The options, with defaults for those that are absent or undefined. */
export function withDefaults<Options extends object>(
  defaults: Complete<Options>,
  options: Options | undefined,
): Complete<Options> {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
