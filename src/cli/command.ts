/** What a command sees of the world: nothing in a command writes to the process itself. */
export interface Io {
  stdout(text: string): void;
  stderr(text: string): void;
  /** The directory that the user is in. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person sits at the terminal and can answer questions. */
  readonly isTTY: boolean;
}

/** One command of the command line, in a file of its own. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole text of `drizzle-crr <name> --help`. */
  readonly usage: string;
  /**
   * Runs with the arguments after the command's name and returns the exit code. A `CrrError` that
   * it throws is a user's error: its message is shown without a stack trace.
   */
  run(args: string[], io: Io): Promise<number>;
}

/** Exit codes: scripts and CI tell apart what failed from what was called wrongly. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;
