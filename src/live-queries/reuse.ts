/**
 * The new result with everything from the old one that is equal: the same object if nothing has changed, and otherwise
 * one in which unchanged rows keep their identity. Neither is modified.
 */
export function reuse<T>(before: unknown, now: T): T {
  return reused(before, now) as T;
}

function reused(before: unknown, now: unknown): unknown {
  if (Object.is(before, now)) return before;
  if (Array.isArray(before) && Array.isArray(now)) return reusedArray(before, now);
  if (isPlainObject(before) && isPlainObject(now)) return reusedObject(before, now);
  return isEqualLeaf(before, now) ? before : now;
}

function reusedObject(before: PlainObject, now: PlainObject): PlainObject {
  const keys = Object.keys(now);
  let isSame = keys.length === Object.keys(before).length;
  const result: PlainObject = {};
  for (const key of keys) {
    const value = key in before ? reused(before[key], now[key]) : now[key];
    if (!(key in before) || !Object.is(value, before[key])) isSame = false;
    result[key] = value;
  }
  return isSame ? before : result;
}

/** Rows that were inserted or deleted move the others: these are found by what they begin with, mostly a key. */
function reusedArray(before: readonly unknown[], now: readonly unknown[]): readonly unknown[] {
  let candidates: Map<unknown, unknown[]> | undefined;
  let isSame = before.length === now.length;
  const result = now.map((item, i) => {
    const lead = leadOf(item);
    let candidate = before[i];
    if (candidate === undefined || !Object.is(leadOf(candidate), lead)) {
      candidates ??= byLead(before);
      candidate = candidates.get(lead)?.shift() ?? candidate;
    }
    const value = reused(candidate, item);
    if (!Object.is(value, before[i])) isSame = false;
    return value;
  });
  return isSame ? before : result;
}

function byLead(rows: readonly unknown[]): Map<unknown, unknown[]> {
  const found = new Map<unknown, unknown[]>();
  for (const row of rows) {
    const lead = leadOf(row);
    const others = found.get(lead);
    if (others === undefined) found.set(lead, [row]);
    else others.push(row);
  }
  return found;
}

/** The first value in a row; of rows of a join, in the first table's part. */
function leadOf(row: unknown): unknown {
  for (let value = row; ; ) {
    if (Array.isArray(value)) [value] = value;
    else if (isPlainObject(value)) [value] = Object.values(value);
    else return value instanceof Date ? value.getTime() : value;
  }
}

type PlainObject = Record<string, unknown>;

function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isEqualLeaf(a: unknown, b: unknown): boolean {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  const [left, right] = [bytesOf(a), bytesOf(b)];
  if (left === undefined || right === undefined) return false;
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}
