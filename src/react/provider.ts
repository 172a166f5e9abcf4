import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useMemo,
} from 'react';
import type { CrrDatabase } from '../drizzle/crr-database.js';
import { CrrUsageError } from '../errors.js';
import type { Sync } from '../sync/client/client.js';

/** Props of {@link CrrProvider}. */
export interface CrrProviderProps {
  /** A database made by `withCrr`. */
  readonly db: CrrDatabase;
  /** What `createSync` returned for it, for {@link useSync} and {@link usePresence}. The application starts and stops it. */
  readonly sync?: Sync | undefined;
  readonly children?: ReactNode;
}

type CrrContextValue = Pick<CrrProviderProps, 'db' | 'sync'>;

const CrrContext = createContext<CrrContextValue | undefined>(undefined);

/**
 * Gives the hooks below it their database.
 *
 * @example
 * <CrrProvider db={db} sync={sync}><App /></CrrProvider>
 */
export function CrrProvider({ db, sync, children }: CrrProviderProps): ReactElement {
  const value = useMemo(() => ({ db, sync }), [db, sync]);
  return createElement(CrrContext.Provider, { value }, children);
}

/** @throws {CrrUsageError} CRR_USAGE_PROVIDER if there is no provider around the component. */
export function useCrr(hook: string): CrrContextValue {
  const value = useContext(CrrContext);
  if (value === undefined) {
    throw new CrrUsageError(
      'CRR_USAGE_PROVIDER',
      `${hook} found no database: put <CrrProvider db={db}> around the component that calls it`,
    );
  }
  return value;
}

/** @throws {CrrUsageError} CRR_USAGE_PROVIDER if the provider has no sync. */
export function useSyncOf<TPresence>(hook: string): Sync<TPresence> {
  const { sync } = useCrr(hook);
  if (sync !== undefined) return sync as Sync<TPresence>;
  throw new CrrUsageError(
    'CRR_USAGE_PROVIDER',
    `${hook} found no sync: pass it to the provider, <CrrProvider db={db} sync={sync}>`,
  );
}
