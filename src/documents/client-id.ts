import { bytesToHex } from '../model/value.js';

/*
 * Who writes in a document, as 32 bits. An id is made from what the database knows anyway, so that one site does not leave
 * a new one in the document with each session. The row's key is part of it: two sites whose ids collide do so in one document.
 */

/** The writer of a process of a site: `lane` tells those that edit at once apart. */
export const clientOf = (siteId: Uint8Array, pk: Uint8Array, lane: number): number =>
  hashOf(`${bytesToHex(siteId)}.${bytesToHex(pk)}.${lane}`);

/** The writer of the text that a document begins with: the same everywhere, and another one for each text. */
export const seedClientOf = (pk: Uint8Array, text: string): number =>
  hashOf(`${bytesToHex(pk)} ${text}`);

/** Ids are in every update, so this can never change. (cyrb53 by bryc, public domain; its lower 32 bits.) */
function hashOf(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    a = Math.imul(a ^ char, 2_654_435_761);
    b = Math.imul(b ^ char, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  return a >>> 0;
}
