/** The tag of a peer, which depends on the tables that are exchanged with it: `''` for all of them. */
export function peerTag(tables: readonly string[] | undefined): string {
  return tables === undefined ? '' : JSON.stringify([...tables].sort());
}
