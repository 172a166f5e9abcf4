import type { Connection, SyncConnection } from '../database/connection.js';

interface Capabilities {
  /** The engine in messages, such as 'libSQL'. */
  readonly name: string;
  /**
   * `'interactive'`: a transaction can read, decide and go on. `'batch'`: a transaction is one list
   * of statements that is sent at once, as on D1.
   */
  readonly transactions: 'interactive' | 'batch';
  /** The client for the queries of the application, which wait for a busy database as batches do. */
  readonly client: object;
}

export interface EngineOptions {
  /** How long a busy database is waited for, in milliseconds. */
  readonly busyTimeout?: number | undefined;
}

/** An engine whose driver answers with promises. */
export interface AsyncEngine extends Connection, Capabilities {
  readonly kind: 'async';
  /**
   * Runs it when nothing else uses the connection. Only engines have it on which everybody shares one
   * connection: without it, a query of somebody else would fall into an open transaction.
   */
  exclusively?<T>(run: () => Promise<T>): Promise<T>;
}

/** An engine whose driver answers at once, so that its transactions must not await anything. */
export interface SyncEngine extends SyncConnection, Capabilities {
  readonly kind: 'sync';
}

/** A connection, and what its engine can do. */
export type Engine = AsyncEngine | SyncEngine;

/**
 * What a file of this folder exports: how Drizzle databases on an engine are recognised, and how
 * their client becomes a connection. It may import types of its driver, and nothing else of it.
 */
export interface EngineAdapter<TEngine extends Engine = Engine> {
  /** See {@link Capabilities.name}. */
  readonly name: string;
  /** The function that makes such a Drizzle database, for messages. */
  readonly madeBy: string;
  /** Drizzle's classes of databases on this engine, by their `entityKind`. */
  readonly databaseClasses: readonly string[];
  /** A connection on the client; undefined if it lacks what the engine needs. */
  connect(client: unknown, options: EngineOptions): TEngine | undefined;
}
