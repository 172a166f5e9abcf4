/** A command line that cannot be run: an unknown command or option, a missing or wrong value. */
export class UsageError extends Error {
  constructor(
    message: string,
    /** The command that was called; empty if there is no such command. */
    readonly command: string,
  ) {
    super(message);
  }
}
