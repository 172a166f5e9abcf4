/**
 * The errors of drizzle-crr. Every error that the package throws on purpose is a `CrrError` with a
 * stable `code`; the class is the family, the code the case. Messages name tables, columns and
 * storage classes, never the values of a user's rows, so that they can be logged.
 *
 * @example
 * try {
 *   await db.$crr.apply(changes);
 * } catch (error) {
 *   if (error instanceof CrrChangeError) return reply.status(400).send({ code: error.code });
 *   throw error;
 * }
 */
export abstract class CrrError extends Error {
  abstract readonly code: CrrErrorCode;
  // Written out in each class: bundlers shorten the names of classes.
  abstract override readonly name: string;
}

/** Codes of {@link CrrSchemaError}: a table that cannot be a CRR as it is declared. */
export type CrrSchemaErrorCode =
  | 'CRR_SCHEMA_NOT_A_TABLE'
  | 'CRR_SCHEMA_NO_TABLES'
  | 'CRR_SCHEMA_NO_PRIMARY_KEY'
  | 'CRR_SCHEMA_NULLABLE_KEY'
  | 'CRR_SCHEMA_GENERATED_KEY'
  | 'CRR_SCHEMA_KEY_TOO_WIDE'
  | 'CRR_SCHEMA_TOO_WIDE'
  | 'CRR_SCHEMA_AUTOINCREMENT'
  | 'CRR_SCHEMA_UNIQUE'
  | 'CRR_SCHEMA_REJECTED'
  | 'CRR_SCHEMA_FOREIGN_KEY'
  | 'CRR_SCHEMA_PLAIN_CHILD'
  | 'CRR_SCHEMA_RESERVED_NAME'
  | 'CRR_SCHEMA_COLLATION'
  | 'CRR_SCHEMA_DUPLICATE_NAME'
  | 'CRR_SCHEMA_DEFAULT'
  | 'CRR_SCHEMA_COLUMN_TYPE'
  | 'CRR_SCHEMA_CONFLICT_LEVEL';

/** Codes of {@link CrrChangeError}: a change that no database could have made, or not this one. */
export type CrrChangeErrorCode =
  | 'CRR_CHANGE_MALFORMED'
  | 'CRR_CHANGE_PACKED_KEY'
  | 'CRR_CHANGE_KEY_COUNT'
  | 'CRR_CHANGE_VALUE'
  | 'CRR_CHANGE_EVENT'
  | 'CRR_CHANGE_VERSION'
  | 'CRR_CHANGE_SITE_ID'
  | 'CRR_CHANGE_FORGED'
  | 'CRR_CHANGE_NOT_A_CRR'
  | 'CRR_CHANGE_UNKNOWN'
  | 'CRR_CHANGE_AHEAD'
  | 'CRR_CHANGE_INCOMPLETE_ROW'
  | 'CRR_CHANGE_ROW_REFUSED'
  | 'CRR_CHANGE_TABLE_REFUSED'
  | 'CRR_CHANGE_COLUMN_REFUSED'
  | 'CRR_CHANGE_SITE_REFUSED'
  | 'CRR_CHANGE_QUOTA'
  | 'CRR_CHANGE_FORGOTTEN';

/** Codes of {@link CrrDatabaseError}: the database is not in the state that an operation needs. */
export type CrrDatabaseErrorCode =
  | 'CRR_DATABASE_NOT_INSTALLED'
  | 'CRR_DATABASE_TABLE_MISSING'
  | 'CRR_DATABASE_REFERENCES_TOO_DEEP'
  | 'CRR_DATABASE_COLUMN_MISSING'
  | 'CRR_DATABASE_WITHOUT_ROWID'
  | 'CRR_DATABASE_FORMAT'
  | 'CRR_DATABASE_CONTENDED'
  | 'CRR_DATABASE_BUSY'
  | 'CRR_DATABASE_CLOSED'
  | 'CRR_DATABASE_COUNTER_TYPE'
  | 'CRR_DATABASE_COUNTER_OVERFLOW'
  | 'CRR_DATABASE_GROW_ONLY'
  | 'CRR_DATABASE_RENAME'
  | 'CRR_DATABASE_DRIFT'
  | 'CRR_DATABASE_NEWER_SCHEMA'
  | 'CRR_DATABASE_HORIZON'
  | 'CRR_DATABASE_STORAGE'
  | 'CRR_DATABASE_TRANSACTION_LOST'
  | 'CRR_DATABASE_NO_ROW'
  | 'CRR_DATABASE_DOCUMENT_LOST'
  | 'CRR_HISTORY_PRUNED';

/** Codes of {@link CrrMigrateError}: the command line cannot make, check or push migrations as things are. */
export type CrrMigrateErrorCode =
  | 'CRR_MIGRATE_CONFIG'
  | 'CRR_MIGRATE_SCHEMA'
  | 'CRR_MIGRATE_FOLDER'
  | 'CRR_MIGRATE_BREAKPOINTS'
  | 'CRR_MIGRATE_UNCARRIED'
  | 'CRR_MIGRATE_CONFLICT'
  | 'CRR_MIGRATE_DRIZZLE_KIT'
  | 'CRR_MIGRATE_DATABASE';

/** Codes of {@link CrrUsageError}: an option or argument that is misspelt or out of range. */
export type CrrUsageErrorCode =
  | 'CRR_USAGE_OPTION'
  | 'CRR_USAGE_CURSOR'
  | 'CRR_USAGE_ORDER'
  | 'CRR_USAGE_DRIVER'
  | 'CRR_USAGE_PROVIDER'
  | 'CRR_USAGE_DOCUMENT_CLOSED'
  | 'CRR_USAGE_ASYNC_TRANSACTION';

/** Codes of {@link CrrSyncError}: a sync that was refused or could not be done. See docs/sync.md. */
export type CrrSyncErrorCode =
  | 'CRR_SYNC_MALFORMED'
  | 'CRR_SYNC_VERSION'
  | 'CRR_SYNC_METHOD'
  | 'CRR_SYNC_SNAPSHOT'
  | 'CRR_SYNC_MEDIA_TYPE'
  | 'CRR_SYNC_TOO_LARGE'
  | 'CRR_SYNC_TOO_SLOW'
  | 'CRR_SYNC_REFUSED_CHANGE'
  | 'CRR_SYNC_VERSION_JUMP'
  | 'CRR_SYNC_UNAUTHORIZED'
  | 'CRR_SYNC_FORBIDDEN'
  | 'CRR_SYNC_NO_PRESENCE'
  | 'CRR_SYNC_SITE_TAKEN'
  | 'CRR_SYNC_TOO_MANY_SITES'
  | 'CRR_SYNC_FOREIGN_CHANGES'
  | 'CRR_SYNC_SAME_SITE'
  | 'CRR_SYNC_OTHER_SITE'
  | 'CRR_SYNC_CURSOR_AHEAD'
  | 'CRR_SYNC_HORIZON'
  | 'CRR_SYNC_RESTORED'
  | 'CRR_SYNC_SITE_COPIED'
  | 'CRR_SYNC_BUSY'
  | 'CRR_SYNC_OUTDATED'
  | 'CRR_SYNC_SERVER'
  | 'CRR_SYNC_NETWORK'
  | 'CRR_SYNC_ABORTED';

/** Codes of {@link CrrDraftError}: a draft cannot be merged as it was reviewed, or is gone. */
export type CrrDraftErrorCode = 'CRR_DRAFT_GONE' | 'CRR_DRAFT_MOVED' | 'CRR_DRAFT_BROKEN';

/** Codes of {@link CrrTestError}: what a network of `drizzle-crr/testing` found. */
export type CrrTestErrorCode = 'CRR_TEST_DIFFERENT' | 'CRR_TEST_ENDLESS';

export type CrrErrorCode =
  | CrrSchemaErrorCode
  | CrrChangeErrorCode
  | CrrDatabaseErrorCode
  | CrrMigrateErrorCode
  | CrrUsageErrorCode
  | CrrSyncErrorCode
  | CrrDraftErrorCode
  | CrrTestErrorCode;

/** A table cannot be a CRR as it is declared; the message explains what to do instead. */
export class CrrSchemaError extends CrrError {
  override readonly name: string = 'CrrSchemaError';

  constructor(
    override readonly code: CrrSchemaErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** A change was refused. The batch it came in was not applied, and the database is as it was. */
export class CrrChangeError extends CrrError {
  override readonly name: string = 'CrrChangeError';

  constructor(
    override readonly code: CrrChangeErrorCode,
    message: string,
    /** Position of the refused change in the batch, if one change is to blame. */
    readonly index?: number,
  ) {
    super(index === undefined ? message : `change ${index}: ${message}`);
  }
}

/** The database lacks what an operation needs, or refuses a write that cannot be merged. */
export class CrrDatabaseError extends CrrError {
  override readonly name: string = 'CrrDatabaseError';

  constructor(
    override readonly code: CrrDatabaseErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Migrations cannot be made, checked or pushed; the migrations folder is as it was. */
export class CrrMigrateError extends CrrError {
  override readonly name: string = 'CrrMigrateError';

  constructor(
    override readonly code: CrrMigrateErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An option or argument is misspelt or out of range. */
export class CrrUsageError extends CrrError {
  override readonly name: string = 'CrrUsageError';

  constructor(
    override readonly code: CrrUsageErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** A sync was refused by one side, or the network failed. Nothing was lost: changes that were not acknowledged are sent again. */
export class CrrSyncError extends CrrError {
  override readonly name: string = 'CrrSyncError';

  constructor(
    override readonly code: CrrSyncErrorCode,
    message: string,
    /** HTTP status that the server answered with; undefined if there was no answer. */
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A draft cannot be merged as it was reviewed, or is gone. Nothing was written, and the draft is as it was. */
export class CrrDraftError extends CrrError {
  override readonly name: string = 'CrrDraftError';
  /** Rows to which somebody has written since the review, by table and key. */
  readonly rows: readonly {
    readonly table: string;
    readonly key: Readonly<Record<string, unknown>>;
  }[];

  constructor(
    override readonly code: CrrDraftErrorCode,
    message: string,
    { rows = [], ...options }: ErrorOptions & { readonly rows?: CrrDraftError['rows'] } = {},
  ) {
    super(message, options);
    this.rows = rows;
  }
}

/** Databases of a test network are not equal, or never come to rest. */
export class CrrTestError extends CrrError {
  override readonly name: string = 'CrrTestError';

  constructor(
    override readonly code: CrrTestErrorCode,
    message: string,
    /** Each cell or row that two databases have differently. */
    readonly differences: readonly string[] = [],
  ) {
    super(message);
  }
}
