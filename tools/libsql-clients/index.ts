/** Loads older versions of @libsql/client. */
import type * as Client from '@libsql/client';

type Module = Pick<typeof Client, 'createClient'>;

/** The versions that package.json installs: the oldest of the peer range, and the last one of its kind. */
export const CLIENT_VERSIONS = ['0.14', '0.17'] as const;

/** The module of a version; undefined if it is not installed. */
export async function olderClient(
  version: (typeof CLIENT_VERSIONS)[number],
): Promise<Module | undefined> {
  const url = new URL(`./node_modules/client-${version}/lib-esm/node.js`, import.meta.url);
  return import(url.href).catch((error: { readonly code?: unknown }) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  });
}
