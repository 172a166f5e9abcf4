import { type Query, statement } from './statement.js';

/** Runs queries inside a batch, and takes back what they wrote. Their rows are read. */
export function inSavepoint(queries: readonly Query[]): Query[] {
  return [
    statement('SAVEPOINT crr_trial'),
    ...queries,
    statement('ROLLBACK TO crr_trial'),
    statement('RELEASE crr_trial'),
  ];
}
