import { registerByValue } from '../value-order.js';

/** A register in which the greatest value that was ever written stands: a high score, a last read position. */
export const greatest = registerByValue({
  name: 'greatest',
  range: { name: 'greatest', first: 2 ** 40 },
  operator: '>',
});
