export { Random } from '../../src/testing/random.js';

/** The seed of a test run that names none: fixed, so that a plain run is the same run everywhere. */
const DEFAULT_SEED = 20240229;

/** The seed from `CRR_SEED`, or the fixed default. */
export function seedFromEnv(): number {
  return numberFromEnv('CRR_SEED', DEFAULT_SEED);
}

/** A non-negative integer from the environment, or `fallback` where it is not set. */
export function numberFromEnv(name: string, fallback: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new Error(`${name} is "${text}"; expected a non-negative integer`);
  }
  return value;
}

/** A 32-bit hash (FNV-1a with a final mix), equal everywhere for equal parts. */
export function hash(...parts: readonly (string | number)[]): number {
  let h = 0x811c9dc5;
  for (const char of parts.join('|')) {
    h = Math.imul(h ^ (char.codePointAt(0) as number), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
