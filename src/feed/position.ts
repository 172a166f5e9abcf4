/**
 * The position of a reader: `since` is the db_version up to which it has everything; rows are read in
 * the order of their greatest db_version, and `after` is the last row read. A cell travels when it
 * is newer than `since`, in the page of its row, so `since` stays while the pages go by.
 */
export interface ReadPosition {
  readonly since: number;
  readonly after: RowPosition;
}

/** The greatest db_version read; `row`, its clock rowid, only if a db_version was cut in the middle. */
export interface RowPosition {
  readonly db_version: number;
  readonly row?: { readonly table: string; readonly key: string } | undefined;
}
