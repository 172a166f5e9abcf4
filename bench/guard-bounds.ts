/**
 * The bounds of the performance test. If something becomes faster, lower them in the same commit.
 * If `npx vitest run test/performance` fails, it prints what it measured.
 */
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
 * about 160 kB per file do not grow with the rows: the schema's text and the bookkeeping tables.
 */
export const EXACT: Readonly<Record<string, ExactCosts>> = {
  cities: {
    insertSteps: 130,
    readSteps: 132.421,
    applyNewSteps: 198.418,
    applyUpdateSteps: 300.372,
    applyNoopSteps: 66.345,
    updateSteps: 151,
    deleteSteps: 131,
    insertCompiled: 230,
    updateCompiled: 159,
    deleteCompiled: 135,
    bytes: 409.6,
  },
  mixed12_uuid4: {
    insertSteps: 151,
    readSteps: 230.071,
    applyNewSteps: 237.417,
    applyUpdateSteps: 483.401,
    applyNoopSteps: 116.374,
    updateSteps: 174,
    deleteSteps: 138,
    insertCompiled: 293,
    updateCompiled: 182,
    deleteCompiled: 142,
    bytes: 569.344,
  },
  text5_integer: {
    insertSteps: 120,
    readSteps: 127.405,
    applyNewSteps: 185.423,
    applyUpdateSteps: 292.377,
    applyNoopSteps: 59.35,
    updateSteps: 142,
    deleteSteps: 119,
    insertCompiled: 219,
    updateCompiled: 148,
    deleteCompiled: 121,
    bytes: 258.048,
  },
};

/** Instructions per row of a table with a reference and a unique column, whatever it holds. */
export const BOUND: GrowthCosts = {
  insert: 225,
  update: 152,
  delete: 178,
  applyNew: 320.41,
  applyUpdate: 532.385,
  applyDelete: 495.39,
  applyClash: 1310.735,
};
