import { registerByValue } from '../value-order.js';

/** A register in which the least value that was ever written stands: an earliest date, a best time. */
export const least = registerByValue({
  name: 'least',
  range: { name: 'least', first: 2 ** 41 },
  operator: '<',
});
