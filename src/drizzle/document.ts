import { getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { logColumns } from '../columns/registry.js';
import type { TextCodec } from '../documents/codec.js';
import type { LazyDocuments } from '../documents/lazy-documents.js';
import type { DocumentOptions, LiveDocument } from '../documents/live-document.js';
import { CrrUsageError } from '../errors.js';
import { optionsOf, requireOptions } from '../model/options.js';
import type { ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import { codecOf } from '../schema/collaborative-text.js';
import type { Place } from '../tables/cells/document.js';

const OPTIONS = optionsOf<DocumentOptions>({ autosave: 'number' });

/** @throws {CrrUsageError} if a property is no collaborative text. */
export function requireText(spec: TableSpec, property: string): ReplicatedColumnSpec {
  const column = logColumns(spec).find((column) => column.property === property);
  if (column !== undefined) return column;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    `document(): "${spec.name}" has no collaborative text "${property}": declare it with collaborativeText()`,
  );
}

/** @throws {CrrUsageError} if this process has no codec for the column, or an option is misspelt. */
export async function openDocument<T extends object>(
  documents: LazyDocuments | undefined,
  place: Place,
  table: SQLiteTable,
  codec: TextCodec<T> | undefined,
  options: DocumentOptions,
): Promise<LiveDocument<T>> {
  requireOptions('document()', options, OPTIONS);
  const declared = codecOf(getTableColumns(table)[place.column.property]!);
  if (documents === undefined || declared === undefined) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `document(): "${place.spec.name}"."${place.column.name}" has no codec in this process: declare it with collaborativeText('${place.column.name}', yText())`,
    );
  }
  // A function has a name, too: that of the codec was not made.
  if (codec !== undefined && (typeof codec !== 'object' || codec.name !== declared.name)) {
    const found = typeof codec === 'object' ? codec.name : `a ${typeof codec}`;
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `document(): the codec of "${place.spec.name}"."${place.column.name}" is ${declared.name}, and not ${found}`,
    );
  }
  return (await documents.loaded()).open(place, declared as TextCodec<T>, options);
}
