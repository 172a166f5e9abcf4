import type { Terminal } from '../migrate/drizzle-kit.js';
import { PLAIN, type Style } from './style.js';

/** What a command sees of the process: commands write through this, never to the process itself. */
export interface Io extends Terminal {
  /** The directory that the user is in. */
  readonly cwd: string;
  /** What each stream can show. Absent: plain text. */
  readonly screen?: { readonly stdout: Screen; readonly stderr: Screen };
}

export interface Screen {
  readonly isTerminal: boolean;
  /** Width in characters; undefined if the stream is not a terminal. */
  readonly columns: number | undefined;
  readonly style: Style;
}

const NO_SCREEN: Screen = { isTerminal: false, columns: undefined, style: PLAIN };

export const screenOf = (io: Io, stream: 'stdout' | 'stderr'): Screen =>
  io.screen?.[stream] ?? NO_SCREEN;
