import { registerByValue } from '../value-order.js';
import { RANGE_WIDTH } from '../wire-range.js';

/** A register in which the least value that was ever written stands: an earliest date, a best time. */
export const least = registerByValue({
  name: 'least',
  range: { name: 'least', first: 5 * RANGE_WIDTH },
  operator: '<',
});
