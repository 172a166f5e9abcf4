/**
 * The bounds of the performance test. If something becomes faster, lower them in the same commit.
 * If `npx vitest run test/performance` fails, it prints what it measured.
 */
import type { ExactCosts } from './exact.js';

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
    insertSteps: 121,
    readSteps: 130.062,
    applyNewSteps: 198.331,
    applyUpdateSteps: 300.288,
    applyNoopSteps: 66.256,
    updateSteps: 145,
    deleteSteps: 125,
    insertCompiled: 202,
    updateCompiled: 153,
    deleteCompiled: 129,
    bytes: 409.6,
  },
  mixed12_uuid4: {
    insertSteps: 142,
    readSteps: 227.708,
    applyNewSteps: 237.33,
    applyUpdateSteps: 483.317,
    applyNoopSteps: 116.285,
    updateSteps: 168,
    deleteSteps: 132,
    insertCompiled: 265,
    updateCompiled: 176,
    deleteCompiled: 136,
    bytes: 569.344,
  },
  text5_integer: {
    insertSteps: 111,
    readSteps: 125.046,
    applyNewSteps: 185.336,
    applyUpdateSteps: 292.293,
    applyNoopSteps: 59.261,
    updateSteps: 136,
    deleteSteps: 113,
    insertCompiled: 191,
    updateCompiled: 142,
    deleteCompiled: 115,
    bytes: 245.76,
  },
};
