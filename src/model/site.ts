import { SITE_ID_BYTES } from './change.js';
import { bytesToHex } from './value.js';

/** The ordinal of {@link NEUTRAL_SITE} in every database; `crr_site` does not list it. */
export const NEUTRAL_ORDINAL = 0;

/**
 * The neutral site, which no database is: 16 zero bytes, ordinal 0. Its cells hold the value that a counter or register
 * had before it was one, which every site finds by itself and which must count once.
 */
export const NEUTRAL_SITE = new Uint8Array(SITE_ID_BYTES);

/** The part of `crr_site` that this process knows: which ordinal stands for which site id. */
export class SiteDirectory {
  readonly #ordinals = new Map<string, number>();
  readonly #ids = new Map<number, Uint8Array>();
  #greatest = 0;

  constructor(
    /** Ordinal of this database's own site. */
    readonly local: number,
    sites: Iterable<readonly [ordinal: number, siteId: Uint8Array]>,
  ) {
    this.add(NEUTRAL_ORDINAL, NEUTRAL_SITE);
    for (const [ordinal, siteId] of sites) this.add(ordinal, siteId);
  }

  add(ordinal: number, siteId: Uint8Array): void {
    this.#ordinals.set(bytesToHex(siteId), ordinal);
    this.#ids.set(ordinal, siteId);
    this.#greatest = Math.max(this.#greatest, ordinal);
  }

  /** The greatest ordinal in use; the next site gets the one after it. */
  get greatest(): number {
    return this.#greatest;
  }

  get localId(): Uint8Array {
    return this.idOf(this.local);
  }

  ordinalOf(siteId: Uint8Array): number | undefined {
    return this.#ordinals.get(bytesToHex(siteId));
  }

  idOf(ordinal: number): Uint8Array {
    const id = this.#ids.get(ordinal);
    if (id === undefined) throw new Error(`no site has the ordinal ${ordinal}`);
    return id;
  }
}
