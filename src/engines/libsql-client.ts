import type { SqlValue } from '../model/value.js';
import type { DriverRow } from '../sql/driver-value.js';

/*
 * What is used of @libsql/client. Structural, so that the package's types do not require it.
 */

export type LibsqlMode = 'read' | 'write' | 'deferred';

export type LibsqlStatement = string | { readonly sql: string; readonly args?: unknown };

export interface LibsqlResult {
  readonly rows: DriverRow[];
}

export interface LibsqlTransaction {
  execute(statement: LibsqlStatement): Promise<LibsqlResult>;
  batch(statements: LibsqlStatement[]): Promise<LibsqlResult[]>;
  executeMultiple(sql: string): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  close(): void;
}

export interface LibsqlClient {
  /** `'file'` if the database is in this process, also in memory. */
  readonly protocol: string;
  readonly closed?: boolean;
  execute(statement: LibsqlStatement, args?: unknown): Promise<LibsqlResult>;
  batch(
    statements: { sql: string; args: SqlValue[] }[],
    mode?: LibsqlMode,
  ): Promise<LibsqlResult[]>;
  migrate?(statements: LibsqlStatement[]): Promise<LibsqlResult[]>;
  transaction(mode?: LibsqlMode): Promise<LibsqlTransaction>;
  executeMultiple(sql: string): Promise<void>;
  /** Closes all connections; later operations open new ones. Early versions lack it. */
  reconnect?(): Promise<void> | void;
}

/** The same object, except for some of its methods. A class with private fields allows no inheritance. */
export function overriding<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(_, key) {
      if (Object.hasOwn(methods, key)) return methods[key as keyof T];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
