import { CrrMigrateError } from '../errors.js';
import type { DatabaseAddress } from './database.js';

/**
 * Turns what a driver throws if it cannot reach, open or use a database into an error that
 * names the database and what to do. Other errors are returned as they are: those of this package,
 * and SQL that the database refuses, which is a defect of this package.
 */
export function explainDriverError(error: unknown, address: DatabaseAddress): unknown {
  const causes = causesOf(error);
  if (causes.some(({ code }) => code?.startsWith('CRR_'))) return error;
  const reason = reasonOf(causes, address);
  if (reason === undefined) return error;
  return new CrrMigrateError('CRR_MIGRATE_DATABASE', reason, { cause: error });
}

interface Cause {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  /** SQLite's number of the error, from node:sqlite. */
  readonly errcode: number | undefined;
}

function reasonOf(causes: readonly Cause[], address: DatabaseAddress): string | undefined {
  const { shown, file, source } = address;
  const text = causes.map(({ message, code = '' }) => `${code} ${message}`).join('\n');
  if (/NotLoggedIn|HTTP status 40[13]\b|server response: 40[13]\b/.test(text)) {
    return `${shown} refused the token: set DATABASE_AUTH_TOKEN, or authToken beside dbCredentials.url`;
  }
  const status = /(?:HTTP status|server response:) (\d{3})/.exec(text)?.[1];
  if (status !== undefined) {
    return `${shown} answered with HTTP status ${status}: is it the address of a libSQL server? (from ${source})`;
  }
  const network = causes.find(({ name, message, code }) => {
    if (message === 'fetch failed') return true;
    return code === 'HRANA_WEBSOCKET_ERROR' || name === 'WebSocketError';
  });
  if (network !== undefined) {
    const code = causes.findLast((cause) => cause.code && !cause.code.startsWith('HRANA'))?.code;
    const why = code ?? /\bE[A-Z]{4,}\b/.exec(text)?.[0] ?? causes.at(-1)!.message;
    const isUnknownHost = why === 'ENOTFOUND' || why === 'EAI_AGAIN';
    const advice = isUnknownHost ? `is ${source} correct?` : 'is the server running?';
    return `cannot reach ${shown}: ${why}; ${advice}`;
  }
  if (/SQLITE_NOTADB|file is not a database/i.test(text))
    return `${file ?? shown} is not a SQLite database`;
  const driver = causes.find(({ name, message, code }) => {
    if (code === 'ERR_SQLITE_ERROR' || /^(Libsql|Sqlite|SQLite)/.test(name)) return true;
    return /^ConnectionFailed\(|Could not locate the bindings file|^failed to open database/.test(
      message,
    );
  });
  // SQL that makes no sense, or breaks a constraint, is not the database's fault.
  if (driver === undefined || /SQLITE_(ERROR|CONSTRAINT|MISMATCH|RANGE)/.test(text)) {
    return undefined;
  }
  if (causes.some(({ errcode }) => errcode !== undefined && OF_SQL.has(errcode & 0xff))) {
    return undefined;
  }
  const [reason] = driver.message.split('\n');
  return `${file ?? shown} cannot be opened or used: ${reason}`;
}

/** SQLITE_ERROR, CONSTRAINT, MISMATCH and RANGE as numbers. */
const OF_SQL: ReadonlySet<number> = new Set([1, 19, 20, 25]);

/** An error, what caused it, and so on. A failed connection may have a list of causes, one per address. */
function causesOf(error: unknown): Cause[] {
  const found: Cause[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { name, message } = cause;
    const { code, errcode } = cause as { code?: unknown; errcode?: number };
    found.push({
      name,
      message,
      code: typeof code === 'string' && code !== '' ? code : undefined,
      errcode,
    });
  }
  return found;
}
