import type { AsyncEngine, EngineAdapter } from './engine.js';
import { libsql } from './libsql.js';

/** All engines. One more is a file of this folder, and a line here. */
export const ENGINES: readonly EngineAdapter<AsyncEngine>[] = [libsql];
