import { bytesToHex } from '../../model/value.js';
import type { Ticket } from '../protocol.js';
import { isOwnTicket, noteTicket, type Site } from '../site.js';

/**
 * The tickets under which this database pushes. A server that got a push under another one since then has got it
 * from another database with the same site id. Only cells that belong to a site need this, which are those of
 * counters and registers: two databases that write them under one site id overwrite what the other one has added.
 */
export class Tickets {
  readonly #site: Site;
  readonly #process = bytesToHex(crypto.getRandomValues(new Uint8Array(6)));
  #count = 0;
  /** The server's last one, if that is one of this database's own that the server's answer never confirmed. */
  #adopted: string | undefined;

  constructor(site: Site) {
    this.#site = site;
  }

  /** For a request, with a new one if it pushes. A copy that is made from now on does not know it. */
  async next(confirmed: string, pushes: boolean): Promise<Ticket | undefined> {
    const tables = [...this.#site.schema.tables.values()];
    if (tables.every(({ cellColumns }) => cellColumns.length === 0)) return undefined;
    if (pushes) await this.#site.write(noteTicket(this.#process, ++this.#count));
    return { last: this.#adopted ?? confirmed, next: `${this.#process}:${this.#count}` };
  }

  /** Whether a ticket is one that this database has pushed under. From now on it is the last one. */
  async adopt(ticket: string): Promise<boolean> {
    let isOwn = false;
    await this.#site.query([
      isOwnTicket(ticket, (found) => {
        isOwn = found;
      }),
    ]);
    if (isOwn) this.#adopted = ticket;
    return isOwn;
  }

  confirmed(): void {
    this.#adopted = undefined;
  }
}
