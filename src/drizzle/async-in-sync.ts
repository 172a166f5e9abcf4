import type { Engine } from '../engines/engine.js';
import { CrrUsageError } from '../errors.js';

/** An asynchronous function in the transaction of a driver that answers at once. */
export const asyncTransaction = ({ name }: Pick<Engine, 'name'>) =>
  new CrrUsageError(
    'CRR_USAGE_ASYNC_TRANSACTION',
    `${name} answers at once, and its transaction ends when the function returns, which gave a promise or a query that was not run: call .run(), .all() or .get() in it, and use neither async nor await`,
  );

/** Also a query that was not run: whoever awaits it runs it after the transaction. */
export const isPromise = (value: unknown) =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
