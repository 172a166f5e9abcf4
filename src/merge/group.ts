import { isOfFormerLife } from '../columns/versions.js';
import { type Change, EVENT, SENTINEL } from '../model/change.js';
import { RowSet } from '../model/row-id.js';
import type { CrrSchema } from '../model/schema.js';
import { NEUTRAL_SITE } from '../model/site.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { offerEvent } from './event-offer.js';
import { SitesOfParents } from './sites-of-parents.js';
import {
  offerCell,
  offerSentinel,
  type RowEvents,
  type RowOffer,
  TableGroup,
} from './table-group.js';
import {
  isSoundChange,
  refuseChange,
  refuseEvent,
  refuseValue,
  validateKey,
  validateUnknownCell,
} from './validate.js';

/** A change that has no column to go to yet, or one whose column merges in another way here. */
export interface EarlyChange {
  /** Its column is there, but its version is a time too far ahead. */
  readonly isHeld: boolean;
  readonly change: Change;
  readonly key: readonly SqlValue[];
}

export interface GroupedChanges {
  readonly tables: ReadonlyMap<TableSpec, readonly RowOffer[]>;
  readonly early: readonly EarlyChange[];
  /** Changes of rows that are held. */
  readonly held: readonly EarlyChange[];
  /** The greatest causal length of any change. */
  readonly greatestLife: number;
  /** How many cells (not sentinels) the batch contains. */
  readonly cellCount: number;
  readonly siteIds: ReadonlySet<Uint8Array>;
  /** Events of tables with history, by row. */
  readonly events: ReadonlyMap<TableSpec, readonly RowEvents[]>;
  /** The sites of their parents. */
  readonly parents: SitesOfParents;
}

/** Names of columns by table. */
export type UnknownColumns = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Validates a batch and groups it by row, so that each row is offered to its gate once.
 *
 * @param greatestTime the greatest version that columns merged by time take now.
 * @param heldRows rows that are not to be offered.
 * @param unknownColumns columns whose changes wait.
 * @throws {CrrChangeError} for the first change that no database could have sent.
 */
export function groupChanges(
  changes: readonly Change[],
  schema: CrrSchema,
  greatestTime: number = Number.POSITIVE_INFINITY,
  heldRows: RowSet = NO_ROWS,
  unknownColumns?: UnknownColumns,
): GroupedChanges {
  const tables = new Map<string, TableGroup>();
  const early: EarlyChange[] = [];
  const held: EarlyChange[] = [];
  const siteIds = new Set<Uint8Array>();
  const parents = new SitesOfParents();
  let greatestLife = 0;
  let cellCount = 0;
  // The cells of a row usually follow one another and share one `pk`, so the row that was found for the first
  // is used for all of them.
  let pk: Uint8Array | undefined;
  let tableName: string | undefined;
  let siteId: Uint8Array | undefined;
  let key: SqlValue[] = [];
  let table: TableGroup | undefined;
  let row: RowOffer | undefined;
  let rowEvents: RowEvents | undefined;
  let isHeldRow = false;

  for (let index = 0; index < changes.length; index++) {
    let change = changes[index]!;
    if (!isSoundChange(change)) refuseChange(change, index);
    if (change.cid !== EVENT && isOfFormerLife(change.col_version))
      change = { ...change, site_id: NEUTRAL_SITE };
    if (change.site_id !== siteId) {
      siteId = change.site_id;
      siteIds.add(siteId);
    }
    if (change.cl > greatestLife) greatestLife = change.cl;
    if (change.pk !== pk || change.table !== tableName) {
      key = validateKey(change, schema, index);
      if (change.table !== tableName) table = tableGroup(change.table);
      pk = change.pk;
      tableName = change.table;
      row = undefined;
      rowEvents = undefined;
      isHeldRow = heldRows.has(change);
    }
    if (change.cid === EVENT) {
      // Tables without history have no place for events: what they wrote comes as cells, too.
      if (table?.spec.history) offerEventOf(table, change, key, index);
      continue;
    }
    if (change.cid === SENTINEL) {
      if (table === undefined) {
        early.push({ change, key, isHeld: false });
        continue;
      }
      if (isHeldRow) {
        held.push({ change, key, isHeld: false });
        continue;
      }
      row ??= table.row(change, key);
      offerSentinel(row, change);
      continue;
    }
    cellCount++;
    const column = table?.columns.get(change.cid);
    if (table === undefined || column === undefined) {
      if (table !== undefined) validateUnknownCell(change, table.spec, index);
      early.push({ change, key, isHeld: false });
      continue;
    }
    const version = change.col_version;
    // If the column has another column type at the sending site, the change waits until this site has migrated, too.
    if (!column.fits(version)) {
      early.push({ change, key, isHeld: false });
      continue;
    }
    const reason = column.refuse(change.val, version);
    if (reason !== undefined) refuseValue(change, reason, index);
    if (column.isTimed && version > greatestTime) {
      early.push({ change, key, isHeld: true });
      continue;
    }
    if (isHeldRow) {
      held.push({ change, key, isHeld: false });
      continue;
    }
    row ??= table.row(change, key);
    offerCell(row, change, column);
  }

  function offerEventOf(group: TableGroup, change: Change, key: SqlValue[], index: number): void {
    const offer = offerEvent(group.spec, change, key);
    if (typeof offer === 'string') refuseEvent(change, offer, index);
    parents.add(offer);
    rowEvents ??= group.eventsOf(key, row);
    rowEvents.offers.push(offer);
  }

  function tableGroup(name: string): TableGroup | undefined {
    const known = tables.get(name);
    const spec = schema.tables.get(name);
    if (known !== undefined || spec === undefined) return known;
    const group = new TableGroup(spec, unknownColumns?.get(name));
    tables.set(name, group);
    return group;
  }

  const groups = [...tables.values()];
  return {
    tables: new Map(groups.flatMap(({ spec, rows }) => (rows.length > 0 ? [[spec, rows]] : []))),
    early,
    held,
    greatestLife,
    cellCount,
    siteIds,
    events: new Map(
      groups.flatMap(({ spec, events }) => (events.length > 0 ? [[spec, events]] : [])),
    ),
    parents,
  };
}

const NO_ROWS = new RowSet();
