import type { DriverRow } from '../sql/driver-value.js';
import type { Statement } from '../sql/statement.js';
import type { Answer, Ask, News, PlainError, Request } from './messages.js';
import { type BrowserChannel, browser, names } from './platform.js';
import { isBegin, isCommit, isRollback } from './worker-database.js';

interface Waiting {
  readonly request: Request;
  readonly resolve: (results: DriverRow[][]) => void;
  readonly reject: (error: Error) => void;
}

/** What a tab asks of whichever worker has the database, until it is answered. */
export class Requests {
  readonly #requests: BrowserChannel;
  readonly #answers: BrowserChannel;
  readonly #waiting = new Map<number, Waiting>();
  #id = 0;
  #transactions = 0;
  #transaction: number | undefined;
  #closed: Error | undefined;
  #failed: Error | undefined;

  constructor(
    database: string,
    readonly tab: string,
  ) {
    const shared = names(database);
    this.#requests = new browser.BroadcastChannel(shared.requests);
    this.#answers = new browser.BroadcastChannel(shared.answers(tab));
    this.#answers.onmessage = ({ data }) => this.#take(data);
  }

  /** Resolves with the rows of each statement. */
  ask(ask: Ask): Promise<DriverRow[][]> {
    return new Promise((resolve, reject) => {
      const reason = this.#closed ?? this.#failed;
      if (reason) return reject(reason);
      const [oldest] = this.#waiting.keys();
      const id = ++this.#id;
      const request: Request = {
        tab: this.tab,
        id,
        answeredBefore: oldest ?? id,
        isRepeated: false,
        transaction: ask.type === 'query' ? this.#transaction : undefined,
        ask,
      };
      // It throws if a parameter cannot be cloned.
      this.#requests.postMessage(request);
      this.#waiting.set(id, { request, resolve, reject });
    });
  }

  /** Runs a statement as the application sends it: BEGIN and COMMIT among them. */
  async query(statement: Statement): Promise<DriverRow[]> {
    if (isBegin(statement.sql)) this.#transaction = ++this.#transactions;
    const isEnd = isRollback(statement.sql);
    try {
      const results = await this.ask({ type: 'query', statement });
      if (isEnd || isCommit(statement.sql)) this.#transaction = undefined;
      return results.flat();
    } catch (error) {
      // After a BEGIN or ROLLBACK that failed there is no transaction.
      if (isEnd || isBegin(statement.sql)) this.#transaction = undefined;
      throw error;
    }
  }

  /** Asks again for what has no answer: this tab was frozen. */
  repeat(): void {
    this.#repeat([...this.#waiting.values()]);
  }

  /** Another worker has the database. @param open goes before what is repeated: it may be empty. */
  reopened(open: Ask): void {
    this.#failed = undefined;
    const waiting = [...this.#waiting.values()];
    const asksAlready = waiting.some(({ request }) => request.ask.type === 'open');
    // Whatever is asked then fails with its error.
    if (!asksAlready) this.ask(open).catch(() => {});
    this.#repeat(waiting);
  }

  #repeat(waiting: readonly Waiting[]): void {
    for (const { request } of waiting) {
      this.#requests.postMessage({ ...request, isRepeated: true } satisfies Request);
    }
  }

  /** No tab has the database: everything fails until one has. */
  fail(error: PlainError): void {
    this.#failed = errorOf(error);
    this.#rejectAll(this.#failed);
  }

  close(reason: Error): void {
    this.#closed = reason;
    this.#rejectAll(reason);
    this.#requests.close();
    this.#answers.close();
  }

  #rejectAll(reason: Error): void {
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  #take({ id, results, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(errorOf(error));
    else waiting?.resolve(results ?? []);
  }
}

/** What is told to all tabs. A channel does not hear itself. */
export class NewsChannel {
  readonly #channel: BrowserChannel;

  constructor(database: string, listener: (news: News) => void) {
    this.#channel = new browser.BroadcastChannel(names(database).news);
    this.#channel.onmessage = ({ data }) => listener(data);
  }

  tell(news: News): void {
    this.#channel.postMessage(news);
  }

  close(): void {
    this.#channel.close();
  }
}

function errorOf({ message, code }: PlainError): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
