/** Whether everything is to be run, as by `npm run soak`, which sets CRR_HISTORIES: CI has not the time. */
export const isLong = process.env.CRR_HISTORIES !== undefined;

/** Of cases that run many processes each, and differ little, one in so many. */
export const sampled = <T>(cases: readonly T[], every: number): T[] =>
  cases.filter((_, i) => isLong || i % every === 0);
