import { existsSync, readFileSync } from 'node:fs';

const STATUS = '/proc/self/status';

/**
 * The peak memory of this process, in MB. On Linux a process inherits `maxRSS` from its parent, so it may
 * be the parent's peak.
 */
export function peakMb(): number {
  const status = existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '';
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) / 1_024;
}
