import type { TableModule } from '../module.js';

/** Only merging needs it; see merging.ts. */
export const gateModule: TableModule = { name: 'gate' };
