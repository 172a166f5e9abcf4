/** The JavaScript runtimes whose own SQLite is tested. */
import { bunBinary, node24Binary } from '../../../tools/runtimes/index.js';
import { isDrizzle1 } from '../../support/drizzle-line.js';

export interface Runtime {
  readonly name: string;
  /** A file of this folder. */
  readonly program: string;
  readonly binary: string | undefined;
  /** Why it does not run on this line of Drizzle. */
  readonly skip?: string | undefined;
}

export const RUNTIMES: readonly Runtime[] = [
  { name: 'bun:sqlite, Bun 1.4', program: 'bun', binary: bunBinary() },
  {
    name: 'node:sqlite, Node 24',
    program: 'node',
    binary: node24Binary(),
    skip: isDrizzle1 ? undefined : 'Drizzle 0.45 has no driver for it',
  },
];

export const LIBSQL_WEB = '@libsql/client/web in workerd, on sqld';
