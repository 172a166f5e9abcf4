import initSqlite from '@sqlite.org/sqlite-wasm';
import { opfsPool, serveDatabase } from 'drizzle-crr/browser';

serveDatabase(opfsPool(initSqlite, { fallback: 'memory' }));
