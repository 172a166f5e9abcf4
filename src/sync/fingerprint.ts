import type { CrrSchema } from '../model/schema.js';
import { replicatedColumns } from '../model/table-spec.js';
import { bytesToHex } from '../model/value.js';
import { typeFingerprint } from './column-types.js';

/** A hash of a text in 16 hex digits (FNV-1a, 64 bits). It is not cryptographic. */
export function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

/** The SHA-256 hash of a text in hex, for texts that somebody may want to collide. */
export async function sha256(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return bytesToHex(new Uint8Array(bytes));
}

/** The fingerprint of a schema's CRRs: of the names of tables and key columns, and columns with types. */
export function schemaFingerprint(schema: CrrSchema): string {
  const tables = [...schema.tables.values()].map((spec) => ({
    table: spec.name,
    key: spec.key.map(({ name }) => name),
    rows: spec.rows,
    columns: replicatedColumns(spec)
      .map((column) => [column.name, typeFingerprint(column)])
      .sort(),
  }));
  tables.sort((a, b) => (a.table < b.table ? -1 : 1));
  return fingerprint(JSON.stringify(tables));
}
