/**
 * Of cases that run many processes each, and differ little, one in so many: those of `npm run soak`, which sets CRR_HISTORIES, are all.
 */
export const sampled = <T>(cases: readonly T[], every: number): T[] =>
  cases.filter((_, i) => process.env.CRR_HISTORIES !== undefined || i % every === 0);
