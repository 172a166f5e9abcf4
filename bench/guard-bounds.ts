/**
 * What the performance guard compares with. Lower these when something became faster, in the commit
 * that made it so; `npx vitest run test/performance` prints what it measured where it fails.
 */
import type { ExactCosts } from './exact.js';

/** The published ratios; see docs/performance.md. */
export const PUBLISHED: Readonly<Record<string, number>> = {
  insert_x: 1.45,
  insert_wide_x: 1.53,
  update_x: 2.7,
  delete_x: 2.2,
  read_x: 3.0,
  apply_new_x: 3.7,
  apply_update_x: 3.8,
  apply_noop_x: 3.2,
};

/** Instructions and bytes, by shape: equal on every machine, so there is no noise to allow for. */
export const EXACT: Readonly<Record<string, ExactCosts>> = {
  cities: {
    insertSteps: 121,
    readSteps: 130.019,
    applyNewSteps: 200.279,
    applyUpdateSteps: 330.235,
    applyNoopSteps: 147.209,
    updateSteps: 183,
    deleteSteps: 133,
    insertCompiled: 212,
    updateCompiled: 212,
    deleteCompiled: 138,
    bytes: 348.16,
  },
  mixed12_uuid4: {
    insertSteps: 142,
    readSteps: 227.665,
    applyNewSteps: 237.293,
    applyUpdateSteps: 506.249,
    applyNoopSteps: 205.223,
    updateSteps: 217,
    deleteSteps: 140,
    insertCompiled: 275,
    updateCompiled: 276,
    deleteCompiled: 145,
    bytes: 499.712,
  },
  text5_integer: {
    insertSteps: 111,
    readSteps: 125.003,
    applyNewSteps: 188.285,
    applyUpdateSteps: 314.241,
    applyNoopSteps: 133.215,
    updateSteps: 176,
    deleteSteps: 121,
    insertCompiled: 201,
    updateCompiled: 200,
    deleteCompiled: 124,
    bytes: 192.512,
  },
};
