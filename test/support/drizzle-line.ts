/** The line of Drizzle that the tests run on: vitest.config.ts has a project for each. */
import { npmVersion } from 'drizzle-orm/version';

export const isDrizzle1 = npmVersion.startsWith('1.');
