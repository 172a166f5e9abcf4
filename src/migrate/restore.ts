import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Beside the journal, not in `meta`: drizzle-kit takes what lies there for its own. */
const MARK = '.drizzle-crr-running.json';

/** What a folder held before a run: names of all files, and the texts that the run may change. */
interface Mark {
  readonly existed: boolean;
  readonly files: readonly string[];
  readonly journal: string | undefined;
}

/**
 * Keeps a migrations folder as it was until a run is done: an error, an interrupt and even a killed
 * process leave no half-made migration behind.
 */
export class FolderGuard {
  readonly #mark: string;

  constructor(readonly out: string) {
    this.#mark = join(out, MARK);
  }

  /** Takes back what an earlier run left half-made; returns whether there was anything. */
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

  /** The folder stays as it is now. */
  keep(): void {
    rmSync(this.#mark, { force: true });
  }

  /** The folder becomes what it was. */
  restore(): void {
    const mark = JSON.parse(readFileSync(this.#mark, 'utf8')) as Mark;
    if (mark.journal !== undefined) replaceFile(this.#journal, mark.journal);
    const before = new Set([...mark.files, MARK]);
    for (const file of filesOf(this.out)) {
      if (!before.has(file)) rmSync(join(this.out, file));
    }
    rmSync(this.#mark, { force: true });
    if (!mark.existed) rmSync(this.out, { recursive: true, force: true });
  }

  get #journal(): string {
    return join(this.out, 'meta', '_journal.json');
  }
}

/** Writes a file whole or not at all. */
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
