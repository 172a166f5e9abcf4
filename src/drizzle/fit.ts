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
      `${name} takes tables of ${maxColumns} columns. Changes are merged through a table with 3 columns for each of the ${count} columns besides key, counters and registers, ${spec.key.length} for the key and ${gateWidth(spec) - 3 * count - spec.key.length} more, and that makes ${gateWidth(spec)}: use at most ${count - Math.ceil(excess / 3)} such columns, or move some to another table`,
    );
  }
}
