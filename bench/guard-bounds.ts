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
    readSteps: 130.059,
    applyNewSteps: 200.302,
    applyUpdateSteps: 330.258,
    applyNoopSteps: 147.232,
    updateSteps: 183,
    deleteSteps: 133,
    insertCompiled: 212,
    updateCompiled: 212,
    deleteCompiled: 138,
    bytes: 356.352,
  },
  mixed12_uuid4: {
    insertSteps: 142,
    readSteps: 227.705,
    applyNewSteps: 237.316,
    applyUpdateSteps: 506.272,
    applyNoopSteps: 205.246,
    updateSteps: 217,
    deleteSteps: 140,
    insertCompiled: 275,
    updateCompiled: 276,
    deleteCompiled: 145,
    bytes: 507.904,
  },
  text5_integer: {
    insertSteps: 111,
    readSteps: 125.043,
    applyNewSteps: 188.308,
    applyUpdateSteps: 314.264,
    applyNoopSteps: 133.238,
    updateSteps: 176,
    deleteSteps: 121,
    insertCompiled: 201,
    updateCompiled: 200,
    deleteCompiled: 124,
    bytes: 200.704,
  },
};
