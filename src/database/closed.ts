import { messages } from './database-errors.js';

const CLOSED =
  /client is closed|CLIENT_CLOSED|connection is not open|database is (?:not open|closed)|database closed|database (?:handle )?(?:has been|was) closed|database must be connected|cannot use a closed database/i;

/** Whether an error of a driver says that the application has closed the database. */
export const isOfClosed = (error: unknown): boolean => CLOSED.test(messages(error));
