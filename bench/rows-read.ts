/** Databases behind sqld, which reports how many rows each statement has read: what Turso and D1 bill. */
import { type Client, createClient } from '@libsql/client';

/** What was asked of a server since the last look. */
export interface Reads {
  readonly rows: number;
  readonly requests: number;
}

/** A client whose requests are counted. */
export class CountingClient {
  readonly client: Client;
  #rows = 0;
  #requests = 0;

  constructor(url: string) {
    this.client = createClient({
      url,
      fetch: (...args: Parameters<typeof fetch>) => this.#fetch(...args),
    });
  }

  take(): Reads {
    const reads = { rows: this.#rows, requests: this.#requests };
    this.#rows = 0;
    this.#requests = 0;
    return reads;
  }

  async #fetch(...args: Parameters<typeof fetch>): Promise<Response> {
    this.#requests++;
    const response = await fetch(...args);
    const text = await response.clone().text();
    for (const [, rows] of text.matchAll(/"rows_read":(\d+)/g)) this.#rows += Number(rows);
    return response;
  }
}
