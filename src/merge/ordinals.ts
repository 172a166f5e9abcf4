import { type Change, EVENT, SITE_ID_BYTES } from '../model/change.js';
import { sitesNamedBy } from '../model/log-event.js';
import { NEUTRAL_ORDINAL, NEUTRAL_SITE, type SiteDirectory } from '../model/site.js';
import { hexToBytes } from '../model/value.js';

/** The site ids in a batch that is not validated yet. */
export function siteIdsOf(changes: readonly Change[]): Uint8Array[] {
  const siteIds = new Set<Uint8Array>();
  const named = new Set<string>();
  let previous: Uint8Array | undefined;
  for (const change of changes) {
    const siteId: unknown = change?.site_id;
    if (change?.cid === EVENT) for (const site of sitesNamedBy(change.val)) named.add(site);
    if (siteId === previous || !isSiteId(siteId)) continue;
    previous = siteId;
    siteIds.add(siteId);
  }
  return [...siteIds, ...[...named].map(hexToBytes)];
}

const isSiteId = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array && value.length === SITE_ID_BYTES;

/** Ordinals for the sites of one batch; a site that the directory lacks gets the next free one. */
export class OrdinalsOfBatch {
  readonly added: (readonly [number, Uint8Array])[] = [];
  readonly claimsLocal: boolean;
  /** By object, not by content: the sites of a batch are few objects, looked up for every cell. */
  readonly #byReference = new Map<Uint8Array, number>([[NEUTRAL_SITE, NEUTRAL_ORDINAL]]);

  constructor(
    siteIds: Iterable<Uint8Array>,
    readonly sites: SiteDirectory,
    /** Sites that are only named, as those that wrote the parents of events. */
    named: Iterable<Uint8Array> = [],
  ) {
    const fresh = new Map<string, number>();
    let claimsLocal = false;
    const add = (siteId: Uint8Array): number => {
      const id = siteId.join();
      let ordinal = sites.ordinalOf(siteId) ?? fresh.get(id);
      if (ordinal === undefined) {
        ordinal = sites.greatest + 1 + fresh.size;
        fresh.set(id, ordinal);
        // Not slice(): that of a Buffer is a view.
        this.added.push([ordinal, new Uint8Array(siteId)]);
      }
      this.#byReference.set(siteId, ordinal);
      return ordinal;
    };
    for (const siteId of siteIds) claimsLocal = add(siteId) === sites.local || claimsLocal;
    this.claimsLocal = claimsLocal;
    for (const siteId of named) add(siteId);
  }

  of(change: Change): number {
    return this.#byReference.get(change.site_id)!;
  }

  /** Of a site of the batch, by the same object; undefined if it is none. */
  ofSite(siteId: Uint8Array): number | undefined {
    return this.#byReference.get(siteId);
  }

  /** Whether a change claims to be this site's. */
  isLocal(change: Change): boolean {
    return this.of(change) === this.sites.local;
  }

  /** The origin of a change, as the gate and the pending table keep it. */
  origin(change: Change): string {
    return `${this.of(change)}:${change.seq}`;
  }
}
