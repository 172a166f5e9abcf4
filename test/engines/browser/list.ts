/** The engines that are tested in Chromium. */
import { isDrizzle1 } from '../../support/drizzle-line.js';

export interface BrowserProgram {
  readonly name: string;
  /** A file of this folder. */
  readonly program: string;
  readonly query?: string;
  readonly runsIn: 'page' | 'worker';
  /** Whether the page has to be isolated (COOP and COEP), which gives it memory that threads share. */
  readonly isolated: boolean;
  /** Files that the program loads when it runs, by their names beside it, and where they are in node_modules. */
  readonly files: Readonly<Record<string, string>>;
  /** How many tabs can have one database open; `none` if databases end with their tab. */
  readonly tabs: 'none' | 'one' | 'many';
  /** The program that runs the scenarios, if this one differs from it only in where it keeps its files. */
  readonly scenariosOf?: string;
  /** Drizzle 0.45 has no driver for it. */
  readonly needsDrizzle1?: boolean;
  /** Why it does not run on this line of Drizzle. */
  readonly skip?: string | undefined;
}

const SQLITE_WASM = {
  'sqlite3.wasm': '@sqlite.org/sqlite-wasm/dist/sqlite3.wasm',
};
const SQLITE_WASM_OPFS = {
  ...SQLITE_WASM,
  'sqlite3-opfs-async-proxy.js': '@sqlite.org/sqlite-wasm/dist/sqlite3-opfs-async-proxy.js',
};
const LIBSQL_WASM =
  '@libsql/client-wasm/node_modules/@libsql/libsql-wasm-experimental/sqlite-wasm/jswasm';
const TURSO = '@tursodatabase/database-wasm/dist';

/** A browser takes its time, and what Drizzle's sqlite-proxy does on its next line is tested in Node. */
const ON_045 = isDrizzle1 ? 'it runs on Drizzle 0.45' : undefined;

export const BROWSER_PROGRAMS: readonly BrowserProgram[] = [
  {
    name: 'sqlite-wasm, OPFS pool',
    program: 'sqlite-wasm',
    query: '?vfs=opfs-sahpool',
    runsIn: 'worker',
    isolated: false,
    files: SQLITE_WASM,
    tabs: 'one',
    skip: ON_045,
  },
  {
    name: 'sqlite-wasm, OPFS',
    program: 'sqlite-wasm',
    query: '?vfs=opfs',
    runsIn: 'worker',
    isolated: true,
    files: SQLITE_WASM_OPFS,
    tabs: 'many',
    scenariosOf: 'sqlite-wasm, OPFS pool',
    skip: ON_045,
  },
  {
    name: 'sqlocal, OPFS',
    program: 'sqlocal',
    runsIn: 'page',
    isolated: true,
    files: { ...SQLITE_WASM_OPFS, 'worker.js': 'sqlocal/dist/worker.js' },
    tabs: 'many',
    skip: ON_045,
  },
  {
    name: 'libSQL by @libsql/client-wasm',
    program: 'libsql-wasm',
    runsIn: 'worker',
    isolated: false,
    files: { 'sqlite3.wasm': `${LIBSQL_WASM}/sqlite3.wasm` },
    tabs: 'none',
    skip: ON_045,
  },
  {
    name: 'Turso in WebAssembly, OPFS',
    program: 'turso',
    runsIn: 'page',
    isolated: true,
    files: {
      'worker.js': `${TURSO}/worker.js`,
      'turso.wasm32-wasi.wasm': `${TURSO}/turso.wasm32-wasi.wasm`,
    },
    tabs: 'one',
    needsDrizzle1: true,
    skip: isDrizzle1 ? undefined : 'Drizzle 0.45 has no driver for it',
  },
];
