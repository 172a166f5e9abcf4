/*
 * A real in two integers, from which SQL computes it to the last bit. Digits after a point are read by engines in their own
 * ways, and not always to the nearest real. The quotient of an integer up to 2^53 and a power of two is exact:
 *
 *     real = integer / 2^10 / 2^shift
 *
 * That carries all reals with a fraction from about 1e-6 to 8e12, and larger and smaller ones that have few digits.
 */

const SCALE = 2 ** 10;
/** 2^62 is the greatest power of two that SQLite has as an integer. */
const MAX_SHIFT = 62;
/** Bits of a real after the first. */
const FRACTION_BITS = 52;

export interface PartsOfReal {
  readonly integer: number;
  readonly shift: number;
}

/** Undefined for reals that have to be bound: -0 is one, because no integer is. */
export function partsOfReal(value: number): PartsOfReal | undefined {
  const scaled = value * SCALE;
  if (Number.isSafeInteger(scaled))
    return Object.is(scaled, -0) ? undefined : { integer: scaled, shift: 0 };
  const shift = Math.min(MAX_SHIFT, FRACTION_BITS - exponentOf(scaled));
  if (!(shift > 0)) return undefined;
  const integer = scaled * 2 ** shift;
  return Number.isSafeInteger(integer) ? { integer, shift } : undefined;
}

/** SQL of a real, given SQL of its parts in parentheses. NULL if one of them is NULL. */
export const realOfParts = (integer: string, shift: string): string =>
  `(${integer} / ${SCALE}.0 / (1 << ${shift}))`;

const view = new DataView(new ArrayBuffer(8));

/** The exponent of the first bit of a real: 0 for those from 1 up to 2. */
function exponentOf(value: number): number {
  view.setFloat64(0, value);
  return ((view.getUint16(0) >> 4) & 0x7ff) - 1_023;
}
