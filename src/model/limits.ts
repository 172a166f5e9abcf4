/** The pending table has this many columns for key values. */
export const MAX_KEY_COLUMNS = 16;

/** SQLite allows expressions 1,000 deep, and the gate compares all columns in one. */
export const MAX_COLUMNS = 300;
