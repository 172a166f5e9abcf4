export type DifferenceKind =
  | 'not-a-crr'
  | 'trigger-missing'
  | 'trigger-outdated'
  | 'trigger-unknown'
  | 'trigger-order'
  | 'clock-missing'
  | 'clock-key'
  | 'clock-index-missing'
  | 'clock-column-missing'
  | 'clock-column-left'
  | 'cells-missing'
  | 'cells-left'
  | 'aside-missing'
  | 'aside-outdated'
  | 'log-missing'
  | 'log-left'
  | 'description-differs'
  | 'table-missing'
  | 'column-missing'
  | 'bookkeeping-missing'
  | 'rows-differ'
  | 'left-over'
  | 'migration-uncarried';

/** One way in which a database, or the migrations so far, is not what the schema asks for. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly table: string;
  /** One line for a person, without a full stop. */
  readonly message: string;
}
