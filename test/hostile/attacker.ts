/** A client that sends whatever it likes to a handler. */
import type { Change, CrrDatabase } from '../../src/index.js';
import { createSyncHandler, type SyncHandler } from '../../src/sync/index.js';
import type { SyncRequest } from '../../src/sync/protocol.js';
import { binaryCodec } from '../../src/sync/wire/binary-codec.js';
import type { Random } from '../support/random.js';
import { SERVER } from './arena.js';
import { hostileBody } from './bodies.js';
import { expectThat } from './episode.js';
import { hostileRequest } from './requests.js';
import { ATTACKERS } from './rights.js';
import { showsSecret } from './schema.js';

const MOST_OVERHEARD = 6;
/** Small, so that attacks reach them. */
const LIMITS = {
  maxBodyBytes: 300_000,
  maxMessageBytes: 400_000,
  maxChanges: 300,
  maxSitesPerOwner: 8,
  maxTombstonesPerOwner: 5,
  maxPendingPerOwner: 20,
  maxPendingBytesPerOwner: 20_000,
};

export class Attacker {
  readonly #handler: SyncHandler;
  readonly #random: Random;
  readonly #honest: readonly Change[];
  readonly #sites: ReadonlyMap<string, Uint8Array>;
  readonly #filters: string[] = [];
  readonly #receipts: string[] = [];
  #version = 10;
  #failure: unknown;

  constructor(db: CrrDatabase, honest: readonly Change[], random: Random) {
    this.#random = random;
    this.#honest = honest;
    this.#sites = new Map(Object.keys(ATTACKERS).map((name) => [name, random.bytes(16)]));
    this.#handler = createSyncHandler({
      db,
      limits: LIMITS,
      authorize: ({ headers }) => ATTACKERS[headers.get('x-rights') ?? ''] ?? null,
      onError: (error) => {
        this.#failure ??= error;
      },
    });
  }

  /** Sends one request. @returns the code of its refusal, undefined if there was none. */
  async attack(): Promise<string | undefined> {
    const response = await this.#handler(await this.#request());
    if (this.#failure !== undefined) throw this.#failure;
    const text = await textOf(response);
    expectThat(!showsSecret(text), `an answer shows a value: ${text}`);
    if (response.status === 200) {
      this.#overhear(text);
      return undefined;
    }
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    expectThat(/^CRR_SYNC_/.test(error.code) && error.message.length > 0, text);
    expectThat(response.status < 500, `the server failed: ${text}`);
    return error.code;
  }

  async #request(): Promise<Request> {
    const random = this.#random;
    const rights = random.pick(Object.keys(ATTACKERS));
    const ownSite = this.#sites.get(rights)!;
    const sites = [...this.#sites.values(), Uint8Array.from(Buffer.from(SERVER, 'hex'))];
    const parts = { honest: this.#honest, sites, ownSite, absurd: false };
    const heard = { filters: this.#filters, receipts: this.#receipts, version: this.#version };
    const request = hostileRequest(random, parts, heard) as SyncRequest;
    const { body, contentType } = await hostileBody(random, request);
    const headers = {
      'x-rights': random.chance(0.98) ? rights : 'unknown',
      'content-type': random.chance(0.97) ? contentType : random.pick(['', 'text/plain', '*/*']),
      accept: random.pick(['application/json', 'application/json', '*/*', 'text/html', 'q=0']),
      ...(random.chance(0.02) && { 'content-length': random.pick(['-1', '9e99', 'x']) }),
    };
    const method = random.chance(0.98) ? 'POST' : random.pick(['PUT', 'DELETE', 'PATCH', 'GET']);
    return new Request('http://x/', { method, headers, ...(method !== 'GET' && { body }) });
  }

  #overhear(text: string): void {
    const heard = JSON.parse(text) as Partial<Record<string, unknown>> & {
      readonly dbVersion: number;
      readonly receipt?: string;
      readonly pulled?: { readonly filter: string };
    };
    this.#version = heard.dbVersion;
    keep(this.#receipts, heard.receipt);
    keep(this.#filters, heard.pulled?.filter);
  }
}

function keep(list: string[], text: string | undefined): void {
  if (text === undefined || list.includes(text)) return;
  list.push(text);
  if (list.length > MOST_OVERHEARD) list.shift();
}

/** A binary answer as JSON, with bytes in hex. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== binaryCodec.contentType) return response.text();
  const body = new Uint8Array(await response.arrayBuffer());
  const message = await binaryCodec.decodeResponse(body, { maxMessageBytes: 2 ** 25 });
  return JSON.stringify(message, (_, value) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    return typeof value === 'bigint' ? String(value) : value;
  });
}
