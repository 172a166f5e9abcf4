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
  /** Deletes up to this db_version need not be found: the reader had no rows then, or has dealt with them. */
  readonly horizon?: number | undefined;
  /** How far the next row was sent, if it is larger than a message. A read takes no notice of it. */
  readonly part?: RowPart | undefined;
}

/** The first changes of a row, in an order by their size. */
export interface RowPart {
  readonly count: number;
  /** Identifies the last of them. If the row has changed since, it does not fit, and the row is sent from its beginning. */
  readonly mark: string;
}
