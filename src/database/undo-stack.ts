/** The latest transactions of a site, the newest first, and what those take back that do, as `site:db_version`. */
export class UndoStack {
  constructor(
    readonly site: number,
    readonly commits: readonly (readonly [dbVersion: number, reverts: string | undefined])[],
    /** The same of all of the site's transactions that take others back, also of those that were pruned. */
    readonly reverting: ReadonlyMap<number, string>,
  ) {}

  /** The last transaction to undo: a write, or a redo. */
  get lastDone(): number | undefined {
    return this.commits.find(
      ([version, reverts]) => !this.#isUndo(reverts) && !this.#isReverted(version),
    )?.[0];
  }

  /** The last undo, unless something else was written since. */
  get lastUndone(): number | undefined {
    for (const [version, reverts] of this.commits) {
      if (reverts === undefined) return undefined;
      if (!this.#isUndo(reverts) || this.#isReverted(version)) continue;
      return version;
    }
    return undefined;
  }

  /** Whether a transaction was taken back, and that was not taken back in turn. */
  #isReverted(dbVersion: number): boolean {
    return this.commits.some(
      ([by, reverts]) => reverts === `${this.site}:${dbVersion}` && !this.#isReverted(by),
    );
  }

  /** An undo takes a write back, or a redo; a redo takes an undo back. */
  #isUndo(reverts: string | undefined): boolean {
    if (reverts === undefined) return false;
    const [site, version] = reverts.split(':').map(Number);
    return site !== this.site || !this.#isUndo(this.reverting.get(version!));
  }
}
