import { libsqlConnection } from '../../src/engines/libsql.js';
import { describeEachEngine } from '../support/engines.js';
import { describeEngine } from './acceptance.js';

describeEachEngine('libSQL', (database) => {
  describeEngine(`libSQL on ${database.name}`, async () => libsqlConnection(await database.open()));
});
