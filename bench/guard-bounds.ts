/**
 * What the performance guard compares with. Lower these when something became faster, in the commit
 * that made it so; `npx vitest run test/performance` prints what it measured where it fails.
 */
import type { ExactCosts } from './exact.js';

/** The published ratios; see docs/performance.md. */
export const PUBLISHED: Readonly<Record<string, number>> = {
  insert_x: 1.55,
  insert_wide_x: 1.55,
  update_x: 3.0,
  delete_x: 2.34,
  read_x: 4.0,
  apply_new_x: 4.2,
  apply_update_x: 5.0,
  apply_noop_x: 3.2,
};

/** Instructions and bytes, by shape: equal on every machine, so there is no noise to allow for. */
export const EXACT: Readonly<Record<string, ExactCosts>> = {
  cities: {
    insertSteps: 121,
    readSteps: 111.84,
    applyNewSteps: 272.232,
    applyUpdateSteps: 996.186,
    applyNoopSteps: 342.191,
    updateSteps: 183,
    deleteSteps: 133,
    insertCompiled: 212,
    updateCompiled: 212,
    deleteCompiled: 138,
    bytes: 344.064,
  },
  mixed12_uuid4: {
    insertSteps: 142,
    readSteps: 203.465,
    applyNewSteps: 407.26,
    applyUpdateSteps: 2047.214,
    applyNoopSteps: 749.219,
    updateSteps: 217,
    deleteSteps: 140,
    insertCompiled: 275,
    updateCompiled: 276,
    deleteCompiled: 145,
    bytes: 512,
  },
  text5_integer: {
    insertSteps: 111,
    readSteps: 106.825,
    applyNewSteps: 258.232,
    applyUpdateSteps: 974.186,
    applyNoopSteps: 316.191,
    updateSteps: 176,
    deleteSteps: 121,
    insertCompiled: 201,
    updateCompiled: 200,
    deleteCompiled: 124,
    bytes: 192.512,
  },
};
