import { CrrUsageError } from '../errors.js';
import { optionsOf, requireOptions } from '../model/options.js';
import type { Fetch } from '../sync/client/fetch-chain.js';
import type { TestClock } from './clock.js';
import type { Random } from './random.js';

/** What a {@link Link} does to the requests of one client. */
export interface LinkOptions {
  /** The probability that a request is lost, and, apart from that, that an answer is. Default: 0. */
  readonly loss?: number;
  /** The probability that a request arrives a second time, later. Its second answer goes nowhere. Default: 0. */
  readonly duplicate?: number;
  /**
   * How long a request takes, and an answer, in milliseconds of the network's clock: a number, or the least and the
   * greatest. Default: 0.
   */
  readonly delayMs?: number | readonly [least: number, greatest: number];
}

const OPTIONS = optionsOf<LinkOptions>({
  loss: 'any',
  duplicate: 'any',
  delayMs: 'any',
});
const PERFECT: Required<LinkOptions> = { loss: 0, duplicate: 0, delayMs: 0 };

/** The line between one client and its server. It begins perfect. */
export class Link {
  #options: Required<LinkOptions> = PERFECT;
  #cut: AbortController | undefined;
  /** Aborts when the line is cut. */
  #line = new AbortController();
  readonly #late = new Set<Promise<unknown>>();

  /** @internal Made by {@link TestNetwork.client}. */
  constructor(
    readonly clock: TestClock,
    readonly random: Random,
    readonly deliver: Fetch,
  ) {}

  /** Whether the line is cut. */
  get isCut(): boolean {
    return this.#cut !== undefined;
  }

  /** Cuts the line: what is under way is lost, and every request fails until {@link heal}. */
  cut(): void {
    this.#cut ??= this.#line;
    this.#line.abort(failure());
  }

  /** Mends the line. */
  heal(): void {
    if (!this.isCut) return;
    this.#cut = undefined;
    this.#line = new AbortController();
  }

  /**
   * Makes the line worse, or better. What is left out is perfect.
   *
   * @throws {CrrUsageError} CRR_USAGE_OPTION
   */
  set(options: LinkOptions): void {
    requireOptions('link.set()', options, OPTIONS);
    const { loss = 0, duplicate = 0, delayMs = 0 } = options;
    if (![loss, duplicate].every((p) => p >= 0 && p <= 1)) {
      throw new CrrUsageError(
        'CRR_USAGE_OPTION',
        `link.set(): loss and duplicate are probabilities from 0 to 1: found ${loss} and ${duplicate}`,
      );
    }
    this.#options = { loss, duplicate, delayMs };
  }

  /** Sends a request over the line. It fails as `fetch` does if the network is down. */
  readonly fetch: Fetch = async (request) => {
    const { loss, duplicate } = this.#options;
    const signal = AbortSignal.any([request.signal, this.#line.signal]);
    const arrived = new Request(request, { signal });
    if (this.random.chance(duplicate)) this.#sendAgain(request.clone());
    await this.#travel(signal, loss);
    const response = await this.deliver(arrived);
    try {
      await this.#travel(signal, loss);
    } catch (error) {
      await response.body?.cancel();
      throw error;
    }
    return response;
  };

  /** Resolves when no request is under way that nobody waits for. */
  async settle(): Promise<void> {
    while (this.#late.size > 0) await Promise.all(this.#late);
  }

  /** A network that repeats a request does so with all of it, whoever has asked. */
  #sendAgain(request: Request): void {
    const again = async () => {
      const copy = new Request(request.url, {
        method: request.method,
        headers: request.headers,
        body: request.body === null ? null : await request.arrayBuffer(),
      });
      await this.clock.sleep(this.#delay() + this.#delay(), this.#line.signal);
      if (this.isCut || request.method !== 'POST') return;
      const response = await this.deliver(copy);
      await response.body?.cancel();
    };
    const late = again().finally(() => this.#late.delete(late));
    this.#late.add(late);
  }

  async #travel(signal: AbortSignal, loss: number): Promise<void> {
    signal.throwIfAborted();
    await this.clock.sleep(this.#delay(), signal);
    signal.throwIfAborted();
    if (this.random.chance(loss)) throw failure();
  }

  #delay(): number {
    const { delayMs } = this.#options;
    if (typeof delayMs === 'number') return delayMs;
    const [least, greatest] = delayMs;
    return least + this.random.int(greatest - least + 1);
  }
}

/** What `fetch` rejects with. */
const failure = () => new TypeError('fetch failed');
