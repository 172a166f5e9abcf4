import { describe } from 'vitest';
import { describeEngine } from './acceptance.js';
import { OPENERS } from './openers.js';

for (const { name, adapter, openClient, missing } of OPENERS) {
  const suite = () => describeEngine(name, async () => adapter.connect(await openClient(), {})!);
  if (missing === undefined) suite();
  else describe.skip(`(skipped: ${missing})`, suite);
}
