import { SITE_ID_BYTES } from './change.js';
import { bytesToHex } from './value.js';

/** The ordinal of {@link NEUTRAL_SITE} in every database; `crr_site` does not list it. */
export const NEUTRAL_ORDINAL = 0;

/**
 * The neutral site, which no database is: 16 zero bytes, ordinal 0. Its cells hold the value that a counter or register
 * had before it was one, which every site finds by itself and which must count once.
 */
export const NEUTRAL_SITE = new Uint8Array(SITE_ID_BYTES);

/** Whether no site is the writer of a change. */
export const isOfNoSite = ({ site_id }: { readonly site_id: Uint8Array }): boolean =>
  site_id === NEUTRAL_SITE || site_id.every((byte) => byte === 0);

/** The part of `crr_site` that this process knows: which ordinal stands for which site id. */
export class SiteDirectory {
  readonly #ordinals = new Map<string, number>();
  readonly #ids = new Map<number, Uint8Array>();
  #greatest = 0;

  constructor(
    /** Ordinal of this database's own site. */
    readonly local: number,
    readonly localId: Uint8Array,
  ) {
    this.add(NEUTRAL_ORDINAL, NEUTRAL_SITE);
    this.add(local, localId);
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

  /** How many sites are known. */
  get size(): number {
    return this.#ids.size;
  }

  /** Whether every site of the database is known, so that one that is not here is new. */
  get isComplete(): boolean {
    return this.#ids.size === this.#greatest + 1;
  }

  ordinalOf(siteId: Uint8Array): number | undefined {
    return this.#ordinals.get(bytesToHex(siteId));
  }

  idOf(ordinal: number): Uint8Array | undefined {
    return this.#ids.get(ordinal);
  }
}

/**
 * The site ids of the ordinals in what was read. An ordinal that the directory lacks gets an id that is filled in
 * before anybody looks at it, so that rows are decoded once.
 */
export class SitesOfPage {
  readonly #ids = new Map<number, Uint8Array>();
  readonly #missing = new Set<number>();

  constructor(readonly directory: SiteDirectory) {}

  /** The same object for the same ordinal. It is not the directory's, so whoever gets it may change it. */
  idOf(ordinal: number): Uint8Array {
    const id = this.#ids.get(ordinal);
    return id ?? this.#take(ordinal);
  }

  /** Ordinals whose ids are not filled in. */
  get missing(): ReadonlySet<number> {
    return this.#missing;
  }

  fill(ordinal: number, siteId: Uint8Array): void {
    if (this.#missing.delete(ordinal)) this.#ids.get(ordinal)!.set(siteId);
  }

  #take(ordinal: number): Uint8Array {
    const known = this.directory.idOf(ordinal);
    if (known === undefined) this.#missing.add(ordinal);
    const id = known === undefined ? new Uint8Array(SITE_ID_BYTES) : new Uint8Array(known);
    this.#ids.set(ordinal, id);
    return id;
  }
}
