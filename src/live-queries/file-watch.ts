import type { Connection } from '../database/connection.js';
import { messages } from '../database/database-errors.js';
import { run } from '../database/run.js';
import { VersionWatch } from '../live/version-watch.js';
import { DATA_VERSION } from '../sql/data-version.js';
import type { DriverRow } from '../sql/driver-value.js';

/** Some engines do not have it. */
const MISSING = /no such (table|function)|not authorized|SQLITE_AUTH/i;

/** Watches whether another connection writes to the database, whatever it writes. */
export class FileWatch {
  #stop: (() => void) | undefined;

  constructor(
    readonly connection: Connection,
    readonly pollMs: number,
    /** Also called once after the start: somebody may have written before the first look. */
    readonly onWrite: () => void,
  ) {}

  start(): void {
    if (this.#stop !== undefined) return;
    const watch = new VersionWatch(() => this.#read());
    this.#stop = watch.subscribe({
      pollMs: this.pollMs,
      onVersion: this.onWrite,
      // Other errors are those of every query, which are reported elsewhere.
      onError: (error) => {
        if (MISSING.test(messages(error))) this.#stop?.();
      },
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  async #read(): Promise<number> {
    let version = 0;
    const read = (rows: readonly DriverRow[]) => {
      for (const { 0: found } of rows) version = Number(found);
    };
    await run(this.connection, [{ ...DATA_VERSION, read }], 'read');
    return version;
  }
}
