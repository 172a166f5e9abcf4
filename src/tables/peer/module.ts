import { PEER_TABLE } from '../../sql/names.js';
import type { TableModule } from '../module.js';
import { peerStatements } from './table.js';

export const peerModule: TableModule = {
  name: 'peer',
  shared: { tables: [PEER_TABLE], statements: peerStatements },
};
