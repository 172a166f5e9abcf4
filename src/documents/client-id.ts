import { hash64 } from '../model/hash.js';
import { bytesToHex } from '../model/value.js';

/*
 * Who writes in a document, as 32 bits. An id is made from what the database knows anyway, so that one site does not leave
 * a new one in the document with each session. The row's key is part of it: two sites whose ids collide do so in one document.
 */

/** The writer of a process of a site: `lane` tells those that edit at once apart. */
export const clientOf = (siteId: Uint8Array, pk: Uint8Array, lane: number): number =>
  hash64(`${bytesToHex(siteId)}.${bytesToHex(pk)}.${lane}`)[0];

/** The writer of what a site writes by SQL. It continues what the log has, so processes need not be told apart. */
export const sqlClientOf = (siteId: Uint8Array, pk: Uint8Array): number =>
  hash64(`${bytesToHex(siteId)}.${bytesToHex(pk)}.sql`)[0];

/** The writer of the text that a document begins with: the same everywhere, and another one for each text. */
export const seedClientOf = (pk: Uint8Array, text: string): number =>
  hash64(`${bytesToHex(pk)} ${text}`)[0];
