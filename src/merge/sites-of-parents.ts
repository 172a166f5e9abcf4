import { hexToBytes } from '../model/value.js';
import type { EventOffer } from './event-offer.js';

/** One object for each site, because ordinals are looked up by it. */
export class SitesOfParents {
  readonly #sites = new Map<string, Uint8Array>();

  add({ parents, pruned, commit }: EventOffer): void {
    for (const dot of parents) this.#add(dot[2]);
    for (const dot of pruned) this.#add(dot[2]);
    this.#add(commit?.reverts?.[1]);
  }

  #add(site: string | undefined): void {
    if (site !== undefined && !this.#sites.has(site)) this.#sites.set(site, hexToBytes(site));
  }

  get all(): readonly Uint8Array[] {
    return [...this.#sites.values()];
  }

  of(site: string): Uint8Array | undefined {
    return this.#sites.get(site);
  }
}
