/** The tag under which a peer's cursors are stored: `''` for all tables, otherwise those exchanged. */
export function peerTag(tables: readonly string[] | undefined): string {
  return tables === undefined ? '' : JSON.stringify([...tables].sort());
}
