/** Under which tag a peer's cursors are kept: '' for the whole database, else its part's tables. */
export function tagOf(tables: readonly string[] | undefined): string {
  return tables === undefined ? '' : JSON.stringify([...tables].sort());
}
