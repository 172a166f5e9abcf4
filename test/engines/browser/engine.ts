import type { Database } from '../open-site.js';

/** A database of a program of this folder, which runs in the browser. */
export interface BrowserDatabase extends Database {
  close(): Promise<void>;
}

/** What a program of this folder hands to `expose`. */
export interface BrowserEngine {
  /** Opens the database of this name in the browser's file system, or makes it. */
  open(name: string): Promise<BrowserDatabase>;
  /** Removes a database that is closed. */
  remove(name: string): Promise<void>;
}
