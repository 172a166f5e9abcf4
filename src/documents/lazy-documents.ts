import type { KeyedRow } from '../database/apply-result.js';
import type { DocumentHooks } from '../database/document-hooks.js';
import type { Change } from '../model/change.js';
import type { Documents } from './documents.js';

/** The documents of a database whose schema has some: others need not load what edits them. */
export class LazyDocuments implements DocumentHooks {
  readonly #loading: Promise<Documents>;

  constructor(load: () => Promise<Documents>) {
    this.#loading = load();
    this.#loading.catch(() => {}); // Whoever needs them gets the error.
  }

  loaded(): Promise<Documents> {
    return this.#loading;
  }

  async check(changes: readonly Change[]): Promise<void> {
    (await this.#loading).check(changes);
  }

  async settle(returned?: readonly KeyedRow[]): Promise<void> {
    await (await this.#loading).settle(returned);
  }

  async settled(): Promise<void> {
    await (await this.#loading).settled();
  }
}
