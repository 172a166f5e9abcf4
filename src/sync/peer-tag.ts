import { fingerprint } from './fingerprint.js';

/** A longer list of tables is named by its fingerprint: a client chooses it, and the server keeps it. */
const MAX_LENGTH = 256;

/** The tag of a peer, which depends on the tables that are exchanged with it: `''` for all of them. */
export function peerTag(tables: readonly string[] | undefined): string {
  if (tables === undefined) return '';
  const names = JSON.stringify([...tables].sort());
  return names.length <= MAX_LENGTH ? names : `#${fingerprint(names)}`;
}
