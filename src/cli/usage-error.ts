/** A command line that cannot be run: an unknown command or option, a missing or wrong value. */
export class UsageError extends Error {
  constructor(
    message: string,
    /** The command whose options the parser refused; absent if the command itself refuses them. */
    readonly command?: string,
  ) {
    super(message);
  }
}
