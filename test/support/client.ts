/** libSQL clients for tests. Each is closed when the test ends, or the file if it was opened before. */
import { type Client, type Config, createClient } from '@libsql/client';
import { closeLater } from './closing.js';

export function openClient(config: Config): Client {
  const client = createClient(config);
  closeLater(() => {
    if (!client.closed) client.close();
  });
  return client;
}

/** A new, empty database in memory. */
export function memoryClient(config: Partial<Config> = {}): Client {
  return openClient({ url: ':memory:', ...config });
}
