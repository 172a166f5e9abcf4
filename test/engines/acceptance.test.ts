import { describeEngine } from './acceptance.js';
import { OPENERS } from './openers.js';

for (const { name, adapter, openClient } of OPENERS) {
  describeEngine(name, async () => adapter.connect(await openClient(), {})!);
}
