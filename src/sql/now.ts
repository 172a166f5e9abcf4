/** SQL of the clock of this machine in milliseconds since 1970. julianday() counts days, and every SQLite has it. */
export const NOW_MS = "CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER)";
