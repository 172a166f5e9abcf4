import { statement } from './statement.js';

/** Gives a number that changes whenever another connection has written to the file. */
export const DATA_VERSION = statement('SELECT data_version FROM pragma_data_version');
