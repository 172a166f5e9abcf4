import { registerByValue } from '../value-order.js';
import { RANGE_WIDTH } from '../wire-range.js';

/** A register in which the greatest value that was ever written stands: a high score, a last read position. */
export const greatest = registerByValue({
  name: 'greatest',
  range: { name: 'greatest', first: 4 * RANGE_WIDTH },
  operator: '>',
});
