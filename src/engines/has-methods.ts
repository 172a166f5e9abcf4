/** Whether a client has the methods that are used of it: no driver is imported, so there is no class to compare. */
export function hasMethods<T extends object>(
  client: unknown,
  ...names: readonly (keyof T & string)[]
): client is T {
  const members = (client ?? {}) as Readonly<Record<string, unknown>>;
  return names.every((name) => typeof members[name] === 'function');
}
