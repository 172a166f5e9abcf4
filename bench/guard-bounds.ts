/**
 * The bounds of the performance test. If something becomes faster, lower them in the same commit.
 * If `npx vitest run test/performance` fails, it prints what it measured.
 */
import type { DocumentCosts } from './documents.js';
import type { ExactCosts, GrowthCosts } from './exact.js';

/** The published ratios; see docs/performance.md. */
export const PUBLISHED: Readonly<Record<string, number>> = {
  insert_x: 1.6,
  insert_wide_x: 1.4,
  update_x: 2.15,
  delete_x: 2.2,
  read_x: 2.7,
  apply_new_x: 2.2,
  apply_update_x: 2.5,
  apply_update_one_x: 2.7,
  apply_noop_x: 1.5,
};

/**
 * Instructions and bytes, by shape. They are the same on every machine, without noise. Of the bytes,
 * about 180 kB per file do not grow with the rows: the schema's text and the bookkeeping tables.
 */
export const EXACT: Readonly<Record<string, ExactCosts>> = {
  cities: {
    insertSteps: 125,
    readSteps: 132.486,
    applyNewSteps: 198.443,
    applyUpdateSteps: 300.391,
    applyNoopSteps: 66.382,
    updateSteps: 146,
    deleteSteps: 126,
    insertCompiled: 225,
    updateCompiled: 154,
    deleteCompiled: 130,
    bytes: 417.792,
  },
  mixed12_uuid4: {
    insertSteps: 146,
    readSteps: 230.136,
    applyNewSteps: 237.442,
    applyUpdateSteps: 483.42,
    applyNoopSteps: 116.411,
    updateSteps: 169,
    deleteSteps: 133,
    insertCompiled: 288,
    updateCompiled: 177,
    deleteCompiled: 137,
    bytes: 573.44,
  },
  text5_integer: {
    insertSteps: 115,
    readSteps: 127.47,
    applyNewSteps: 185.448,
    applyUpdateSteps: 292.396,
    applyNoopSteps: 59.387,
    updateSteps: 137,
    deleteSteps: 114,
    insertCompiled: 214,
    updateCompiled: 143,
    deleteCompiled: 116,
    bytes: 278.528,
  },
  // With the look for cells that came before the events of a merge, and the index that makes it cheap.
  history_integer: {
    insertSteps: 197,
    readSteps: 385.856,
    applyNewSteps: 532.516,
    applyUpdateSteps: 683.785,
    applyNoopSteps: 114.62,
    updateSteps: 268,
    deleteSteps: 175,
    insertCompiled: 360,
    updateCompiled: 297,
    deleteCompiled: 185,
    bytes: 425.984,
  },
};

/** Instructions per row of a table with a reference and a unique column, whatever it holds, and those of compiled statements. */
export const BOUND: GrowthCosts = {
  insert: 182,
  update: 147,
  delete: 162,
  applyNew: 305.645,
  applyUpdate: 502.62,
  applyDelete: 495.625,
  applyClash: 1414.14,
  insertCompiled: 673,
  updateCompiled: 155,
  deleteCompiled: 260,
};

/** Rows that sqld reads for one request, however many sites have written to the database. */
export const SITES: Readonly<Record<'first' | 'cold' | 'idle' | 'push', number>> = {
  first: 80,
  cold: 21,
  idle: 14,
  push: 89,
};

/** Statements that a server runs, however many CRRs it has. */
export const TABLES: Readonly<Record<'idleStatements' | 'newsStatements', number>> = {
  idleStatements: 7,
  newsStatements: 18,
};

/** Statements and round trips of a document of a collaborative text, however many documents there are. */
export const DOCUMENTS: DocumentCosts = {
  open: { statements: 4, trips: 2 },
  save: { statements: 6, trips: 1 },
  baseline: { statements: 10, trips: 2 },
  mergeOpen: { statements: 26, trips: 5 },
  mergeClosed: { statements: 28, trips: 6 },
};
