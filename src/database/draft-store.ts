import { CrrDraftError } from '../errors.js';
import { type DraftRow, isUnwritten, parseRowText, rowTextOf } from '../feed/draft-row.js';
import type { RowId } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import type { Query, Statement } from '../sql/statement.js';
import {
  anyDrafts,
  createDraft,
  draftStatements,
  dropDraft,
  guardRevision,
  raiseRevision,
  removeDraftRow,
  type StoredDraft,
  type StoredDraftRow,
  selectDraft,
  selectDraftRows,
  selectDrafts,
  selectFormerColumns,
  storeDraftRow,
} from '../tables/draft/table.js';
import type { Connection } from './connection.js';
import { run } from './run.js';

/** A draft, and what it has written. */
export interface LoadedDraft extends StoredDraft {
  /** Rows of tables that the schema lacks are left out, and stay where they are. */
  readonly written: readonly DraftRow[];
}

/** Reads a draft, along with other queries. */
export class DraftReader {
  #draft: StoredDraft | undefined;
  readonly #rows: StoredDraftRow[] = [];
  readonly #names = new Map<string, string>();

  constructor(
    readonly name: string,
    readonly schema: CrrSchema,
  ) {}

  queries(): readonly Query[] {
    return [
      selectDraft(this.name, (draft) => {
        this.#draft = draft;
      }),
      selectDraftRows(this.name, (row) => this.#rows.push(row)),
      selectFormerColumns((table, former, present) =>
        this.#names.set(`${table}\n${former}`, present),
      ),
    ];
  }

  /** @throws {CrrDraftError} CRR_DRAFT_GONE if there is none of this name. */
  result(): LoadedDraft {
    if (this.#draft === undefined) throw goneDraft(this.name);
    const written = this.#rows.flatMap(({ table, pk, base, theirs }): DraftRow[] => {
      const spec = this.schema.tables.get(table);
      if (spec === undefined) return [];
      const cells = (text: string | undefined) =>
        parseRowText(spec, text, (former) => this.#names.get(`${table}\n${former}`) ?? former);
      return [{ table, pk, base: cells(base), theirs: cells(theirs) }];
    });
    return { ...this.#draft, written };
  }
}

export const goneDraft = (name: string) =>
  new CrrDraftError(
    'CRR_DRAFT_GONE',
    `there is no draft "${name}": it was dropped; make it again with $crr.draft()`,
  );

/** The statements that store rows of a draft, on the condition that nobody has changed it. */
export function storeStatements(
  { id, revision }: StoredDraft,
  rows: readonly DraftRow[],
  { tables }: CrrSchema,
): Statement[] {
  const stored = rows.flatMap((row) => {
    const { table, pk } = row;
    const remove = removeDraftRow(id, table, pk);
    if (isUnwritten(tables.get(table)!, row)) return [remove];
    const [base, theirs] = [rowTextOf(row.base), rowTextOf(row.theirs)];
    // It may be stored under a former name of the table.
    return [remove, storeDraftRow(id, { table, pk, base, theirs })];
  });
  return [guardRevision(id, revision), ...stored, raiseRevision(id)];
}

/** The statements that remove rows from a draft. */
export const removeStatements = ({ id }: StoredDraft, rows: readonly RowId[]): Statement[] =>
  rows.map(({ table, pk }) => removeDraftRow(id, table, pk));

/** Makes the tables of drafts and the draft of a name, if they are not there. */
export async function openDraft(connection: Connection, name: string): Promise<void> {
  await connection.batch([...draftStatements(), createDraft(name)], 'write');
}

export async function loadDraft(
  connection: Connection,
  name: string,
  schema: CrrSchema,
): Promise<LoadedDraft> {
  const reader = new DraftReader(name, schema);
  await run(connection, reader.queries(), 'read');
  return reader.result();
}

/** Lists all drafts. */
export async function listDrafts(connection: Connection): Promise<StoredDraft[]> {
  let isAny = false;
  const look = anyDrafts((found) => {
    isAny = found;
  });
  await run(connection, [look], 'read');
  const drafts: StoredDraft[] = [];
  if (isAny) await run(connection, [selectDrafts((draft) => drafts.push(draft))], 'read');
  return drafts;
}

export async function removeDraft(connection: Connection, name: string): Promise<void> {
  await connection.batch(dropDraft(name), 'write');
}
