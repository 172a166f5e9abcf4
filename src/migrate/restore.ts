import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Not in `meta`, where drizzle-kit would take it for one of its snapshots. */
const MARK = '.drizzle-crr-running.json';

/** A folder before a run: the names of all files, and the content of those that the run may change. */
interface Mark {
  readonly existed: boolean;
  readonly files: readonly string[];
  readonly journal: string | undefined;
}

/**
 * Restores a migrations folder if a run does not finish: neither an error, nor an interrupt, nor a
 * killed process leaves a half-made migration behind.
 */
export class FolderBackup {
  readonly #mark: string;

  constructor(readonly out: string) {
    this.#mark = join(out, MARK);
  }

  /** Restores the folder if an earlier run did not finish; returns whether that was so. */
  recover(): boolean {
    if (!existsSync(this.#mark)) return false;
    this.restore();
    return true;
  }

  begin(): void {
    const mark: Mark = {
      existed: existsSync(this.out),
      files: filesOf(this.out),
      journal: readIfThere(this.#journal),
    };
    mkdirSync(this.out, { recursive: true });
    writeFileSync(this.#mark, JSON.stringify(mark));
  }

  /** The run is done: the folder stays as it is now. */
  keep(): void {
    rmSync(this.#mark, { force: true });
  }

  /** The folder becomes what it was before the run. */
  restore(): void {
    const mark = JSON.parse(readFileSync(this.#mark, 'utf8')) as Mark;
    if (mark.journal !== undefined) replaceFile(this.#journal, mark.journal);
    const before = new Set([...mark.files, MARK]);
    for (const file of filesOf(this.out)) {
      if (before.has(file)) continue;
      rmSync(join(this.out, file));
      this.#removeIfEmpty(dirname(file));
    }
    rmSync(this.#mark, { force: true });
    if (!mark.existed) rmSync(this.out, { recursive: true, force: true });
  }

  /** drizzle-kit 1.0 makes a folder for each migration. */
  #removeIfEmpty(folder: string): void {
    const path = join(this.out, folder);
    if (folder !== '.' && readdirSync(path).length === 0) rmdirSync(path);
  }

  get #journal(): string {
    return join(this.out, 'meta', '_journal.json');
  }
}

/** Replaces a file's content completely or not at all. */
export function replaceFile(file: string, text: string): void {
  const partial = join(dirname(file), `.${process.pid}.partial`);
  writeFileSync(partial, text);
  renameSync(partial, file);
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
