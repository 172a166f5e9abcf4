import { bugs, version } from '../../package.json';

/** Values of package.json. They are copied into the bundle when the package is built. */
export const PACKAGE = { version, bugs: bugs.url } as const;
