import initSqlite from '@sqlite.org/sqlite-wasm';
import { opfsPool, serveDatabase } from '../../src/browser/index.js';

const { searchParams } = new URL(location.href);
// As in a browser without it.
if (searchParams.has('no-opfs')) Object.defineProperty(navigator, 'storage', { value: {} });
const fallback = searchParams.has('memory') ? 'memory' : 'fail';
serveDatabase(opfsPool(initSqlite, { fallback }));
