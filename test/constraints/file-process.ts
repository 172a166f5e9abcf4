/**
 * A process that writes to a site and merges pages of another: `file-process.ts <site> <other> <seed> <steps> [n]`.
 * With `n` it kills itself before its n-th statement, wherever that is. Without steps it merges everything.
 */
import { Random } from '../support/random.js';
import { openFile } from './file-site.js';
import { randomTransaction } from './history.js';

const [path, otherPath, seed, steps, last] = process.argv.slice(2);
const random = new Random(Number(seed));
let statements = 0;
const site = openFile(path!, () => {
  if (++statements === Number(last)) process.kill(process.pid, 'SIGKILL');
});
const other = openFile(otherPath!);

for (let step = 0; step < Number(steps); step++) {
  if (random.chance(0.6)) await site.write(randomTransaction(random));
  else await site.db.$crr.apply(await page(random.int(60)));
}
if (Number(steps) === 0) {
  for await (const { changes } of other.db.$crr.changes({ limit: 10 })) {
    await site.db.$crr.apply(changes);
  }
}

async function page(since: number) {
  return (await other.db.$crr.changes({ since, limit: 1 + random.int(30) })).changes;
}
