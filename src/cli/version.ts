import { bugs, version } from '../../package.json';

/** What package.json says. The values are copied into the bundle when the package is built. */
export const PACKAGE = { version, bugs: bugs.url } as const;
