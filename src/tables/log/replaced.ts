/*
 * What an event knows of pruned ones, in its column `pruned`.
 */

/** SQL of a pair by which events of one site are ordered. */
const orderSql = (e: string) => `(ifnull(${e}.db_version, ${e}.arrived), ${e}.seq)`;

/** SQL condition: the event `e` replaced `y` by what it knows of pruned events. */
export function replacesByPruned(e: string, y: string): string {
  const site = `' ' || ${y}.site || ':'`;
  const rest = `substr(${e}.pruned, instr(${e}.pruned, ${site}) + length(${site}))`;
  const dot = `(CAST(${rest} AS INTEGER), CAST(substr(${rest}, instr(${rest}, ':') + 1) AS INTEGER))`;
  return `instr(${e}.pruned, ${site}) > 0 AND ${dot} >= ${orderSql(y)}`;
}
