import { isTimed } from '../columns/registry.js';
import type { DrainedBefore } from '../merge/drain.js';
import type { LimitedInput } from '../merge/limited.js';
import type { RowId } from '../model/row-id.js';
import { requiredColumns, type TableSpec } from '../model/table-spec.js';
import type { ApplyVersions } from '../tables/apply/read.js';
import { TRUSTED } from '../tables/pending/table.js';
import { listChanged } from '../tables/pending/touched.js';
import { readDbVersion } from '../tables/state/read.js';
import type { Connection } from './connection.js';
import type { PresentSchema } from './present-schema.js';
import { run } from './run.js';

/**
 * How long everything is not tried again, in milliseconds. Other processes may have left what they did not try, and keys
 * of foreign encoders are not found by the rows that have changed.
 */
const PATIENCE_MS = 60_000;
/** If more rows of a table have changed, everything that waits is tried. */
const MOST_CHANGED = 2_000;
/** How many sources are remembered. */
const MOST_SOURCES = 10_000;

/** When everything that waits from a source was last tried, and under which conditions. */
interface LastDrain {
  readonly version: number;
  readonly greatestTime: number;
  readonly time: number;
  readonly present: PresentSchema;
  readonly rights: string;
}

/** A look at what has changed since the last drain, to be given back when the next one is done. */
export interface DrainLook {
  /** Undefined: everything that waits is to be tried. */
  readonly before: DrainedBefore | undefined;
  /** The db_version as of this look; undefined if nothing was read. */
  readonly version: number | undefined;
  /** Whether a drain after this look is noted. */
  readonly isNoted: boolean;
  /** Time of the last drain of everything. */
  readonly time: number;
  readonly greatestTime: number;
  readonly present: PresentSchema;
  readonly rights: string;
}

/**
 * Remembers for each source up to which db_version everything that waits from it was tried. Other schema or other
 * rights, and a process that has just begun, mean that everything is tried.
 */
export class DrainMemory {
  readonly #last = new Map<string, LastDrain>();

  constructor(
    readonly connection: Connection,
    readonly now: () => number = Date.now,
  ) {}

  async look(
    limited: LimitedInput | undefined,
    present: PresentSchema,
    greatestTime: number,
  ): Promise<DrainLook> {
    const everything = { ...this.everything(limited, present, greatestTime), isNoted: true };
    const last = this.#last.get(sourceOf(limited));
    if (last === undefined || last.present !== present || last.rights !== everything.rights) {
      return everything;
    }
    if (everything.time - last.time >= PATIENCE_MS) return everything;
    let version = 0;
    const changed: RowId[] = [];
    const counts = new Map<TableSpec, number>();
    const specs = waitingSpecs(limited, present);
    const queries = specs.map((spec) =>
      listChanged(spec, last.version, MOST_CHANGED + 1, (pk) => {
        changed.push({ table: spec.name, pk });
        counts.set(spec, (counts.get(spec) ?? 0) + 1);
      }),
    );
    const readVersion = readDbVersion((found) => {
      version = found;
    });
    await run(this.connection, [readVersion, ...queries], 'read');
    const isTooMany = [...counts.values()].some((count) => count > MOST_CHANGED);
    // A database that was restored from a backup has an older version.
    if (isTooMany || version < last.version) return everything;
    const before = { changed, greatestTime: last.greatestTime };
    return { ...everything, before, version, time: last.time };
  }

  /** No look: everything is tried, but nothing is known to wait. */
  everything(
    limited: LimitedInput | undefined,
    present: PresentSchema,
    greatestTime: number,
  ): DrainLook {
    const rights = rightsOf(limited);
    return {
      before: undefined,
      version: undefined,
      isNoted: false,
      time: this.now(),
      greatestTime,
      present,
      rights,
    };
  }

  /** Everything that waits from this source is tried the next time. */
  forget(limited: LimitedInput | undefined): void {
    this.#last.delete(sourceOf(limited));
  }

  /** Notes that a drain is done, by the transaction that gave these versions. */
  done(limited: LimitedInput | undefined, look: DrainLook, { prior, now }: ApplyVersions): void {
    const { version, time, greatestTime, present, rights, isNoted } = look;
    this.forget(limited);
    // What this batch has left waiting is not covered by an earlier note: its clock may have been behind that of the note.
    if (!isNoted) return;
    // What others wrote between the look and the drain is looked at the next time.
    const upTo = version === undefined || version === prior ? now : version;
    this.#last.set(sourceOf(limited), { version: upTo, greatestTime, time, present, rights });
    if (this.#last.size <= MOST_SOURCES) return;
    const [oldest] = this.#last.keys();
    this.#last.delete(oldest!);
  }
}

const sourceOf = (limited: LimitedInput | undefined) => limited?.source.id ?? TRUSTED;

function rightsOf(limited: LimitedInput | undefined): string {
  const { tables, owner } = limited?.source ?? {};
  return JSON.stringify([tables, owner], (_, part: unknown) =>
    typeof part === 'bigint' ? `${part}n` : part,
  );
}

/** The tables in which something may wait that can be applied. */
function waitingSpecs(
  limited: LimitedInput | undefined,
  { schema }: PresentSchema,
): readonly TableSpec[] {
  const specs = [...schema.tables.values()];
  if (limited !== undefined) return specs.filter(({ name }) => limited.waiting.includes(name));
  return specs.filter(
    (spec) => requiredColumns(spec).length > 0 || spec.clockColumns.some(isTimed),
  );
}
