/** A board for a team, in the browser: open the page twice, as two users, and work offline. */
import { runBoard } from './run.js';

const board = await runBoard(8_788);
if (board === undefined) {
  console.error('This example needs sqld, for which this platform has no binary.');
  process.exitCode = 1;
} else {
  console.log(`The board is at ${board.url}?user=ann and ${board.url}?user=ben`);
  console.log('Press Ctrl-C to end it.');
  process.once('SIGINT', () => void board.stop());
  process.once('SIGTERM', () => void board.stop());
}
