/** What a command's exit code means. Documented in docs/cli.md; scripts rely on it. */
export const EXIT = {
  /** Done. Nothing to do counts as done. */
  ok: 0,
  /** `check` found differences, `doctor` found something, or the operation failed. */
  failed: 1,
  /** The command line is wrong: an unknown command or option, a missing or contradictory value. */
  usage: 2,
  /** `doctor` could not look at the database: 1 means that it found something. */
  couldNotRun: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
