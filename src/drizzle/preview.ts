import type { Preview } from '../database/preview.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { applyResult } from './apply-result.js';
import { type PreviewResult, rowMerges } from './row-merge.js';

/** A preview in the types of the Drizzle tables. */
export function previewResult({ report, rows }: Preview, schema: DrizzleSchema): PreviewResult {
  return Object.assign(applyResult(report, schema), { rows: rows.map(rowMerges(schema)) });
}
