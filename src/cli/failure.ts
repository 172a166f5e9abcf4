/** A command could not do its work, for a reason that the message explains. Exit code 1. */
export class Failure extends Error {}
