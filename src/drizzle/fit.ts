import type { Engine } from '../engines/engine.js';
import type { CrrSchema } from '../model/schema.js';
import { refusal } from '../schema/refuse.js';
import { gateWidth } from '../tables/gate/table.js';

/**
 * @throws {CrrSchemaError} CRR_SCHEMA_TOO_WIDE if the engine takes no table as wide as the merge gate of one of the
 * tables, which has three columns for each that is not in a table of its own.
 */
export function requireFit({ tables }: CrrSchema, { name, maxColumns }: Engine): void {
  for (const spec of tables.values()) {
    const excess = gateWidth(spec) - maxColumns;
    if (excess <= 0) continue;
    const count = spec.clockColumns.length;
    refusal(spec.name)(
      'CRR_SCHEMA_TOO_WIDE',
      `${name} takes tables of ${maxColumns} columns, and with ${count} columns besides key, counters and registers this one needs ${gateWidth(spec)}: use at most ${count - Math.ceil(excess / 3)}, or move columns to another table`,
    );
  }
}
