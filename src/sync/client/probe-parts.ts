import type { HiddenRow } from '../site.js';

/** Probes are about as large as chunks. */
const PROBE_BYTES = 2 ** 20;

/** Parts that fit in a request each. */
export function* parts(rows: readonly HiddenRow[]): Generator<readonly HiddenRow[]> {
  let begin = 0;
  let bytes = 0;
  for (let i = 0; i < rows.length; i++) {
    bytes += rows[i]!.pk.length;
    if (bytes < PROBE_BYTES && i < rows.length - 1) continue;
    yield rows.slice(begin, i + 1);
    begin = i + 1;
    bytes = 0;
  }
}
