import type { CrrEvent } from 'drizzle-crr';

/** The part of OpenTelemetry's meters that is used here. `metrics.getMeter('app')` of @opentelemetry/api fits. */
export interface Meter {
  createCounter(name: string, options?: { unit?: string; description?: string }): Counter;
  createHistogram(name: string, options?: { unit?: string; description?: string }): Histogram;
}
type Attributes = Record<string, string | number | boolean>;
interface Counter {
  add(value: number, attributes?: Attributes): void;
}
interface Histogram {
  record(value: number, attributes?: Attributes): void;
}

/**
 * Returns a listener for `onEvent` of `withCrr`, `createSync` and `createSyncHandler`: one for all three.
 *
 * @example
 * import { metrics } from '@opentelemetry/api';
 * const onEvent = recordEvents(metrics.getMeter('app'));
 * const db = withCrr(drizzle(client), { schema, onEvent });
 * const sync = createSync({ db, url, onEvent });
 */
export function recordEvents(meter: Meter): (event: CrrEvent) => void {
  const duration = meter.createHistogram('crr.duration', { unit: 'ms' });
  const changes = meter.createCounter('crr.changes', { unit: '{change}' });
  const rows = meter.createCounter('crr.rows', { unit: '{row}' });
  const bytes = meter.createCounter('crr.bytes', { unit: 'By' });
  const failures = meter.createCounter('crr.failures');
  const recoveries = meter.createCounter('crr.recoveries');
  return (event) => {
    const { type } = event;
    if ('durationMs' in event) duration.record(event.durationMs, { type });
    const isFailure = type === 'apply-failed' || type === 'sync-failed';
    if (isFailure || ('code' in event && event.code !== undefined && !isRecovery(event))) {
      failures.add(1, { type, code: event.code ?? 'other' });
    }
    switch (type) {
      case 'apply':
        changes.add(event.changes, { type });
        for (const state of ['inserted', 'updated', 'deleted', 'parked', 'rejected'] as const) {
          if (event[state] > 0) rows.add(event[state], { type, state });
        }
        break;
      case 'handler-request':
        changes.add(event.pushed, { type, direction: 'pushed' });
        changes.add(event.pulled, { type, direction: 'pulled' });
        if (event.refused > 0) rows.add(event.refused, { type, state: 'refused' });
        bytes.add(event.bytesReceived, { type, direction: 'received' });
        bytes.add(event.bytesSent, { type, direction: 'sent' });
        break;
      case 'sync-request':
        bytes.add(event.bytesReceived, { type, direction: 'received' });
        bytes.add(event.bytesSent, { type, direction: 'sent' });
        break;
      case 'sync-retry':
        recoveries.add(1, { type, code: event.status ?? 'network' });
        break;
      case 'sync-recovery':
      case 'handler-recovery':
        recoveries.add(1, { type, code: event.code });
        break;
    }
  };
}

const isRecovery = ({ type }: CrrEvent) => type === 'sync-recovery' || type === 'handler-recovery';
