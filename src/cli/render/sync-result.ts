import type { SyncResult } from '../../sync/client/result.js';
import type { Style } from '../style.js';
import { bytes, count } from './quantity.js';

export function renderSyncResult(result: SyncResult, style: Style): string {
  const { pushed, pushedHeld, pulled, hidden, refused, requests, bytesSent, bytesReceived } =
    result;
  const rejected = (by: 'server' | 'client') =>
    result.rejectedRows.filter((row) => row.by === by).length;
  const lines: string[] = [];
  if (pushed + pulled + hidden + refused === 0) {
    lines.push('Nothing new on either side.');
  } else {
    const traffic = `${count(requests, 'request')}, ${bytes(bytesSent)} out, ${bytes(bytesReceived)} in`;
    lines.push(`Sent ${count(pushed, 'change')}, received ${pulled} ${style.dim(`(${traffic})`)}.`);
  }
  if (hidden > 0) lines.push(`${count(hidden, 'row')} no longer visible to this site.`);
  if (pushedHeld > 0) {
    lines.push(
      style.yellow(
        `${count(pushedHeld, 'change')} held by the server until its time has come: the clock of this computer, or of another writer, is ahead.`,
      ),
    );
  }
  if (refused > 0) {
    lines.push(
      style.yellow(`${count(refused, 'row')} not sent, because this site may not write them.`),
    );
  }
  for (const [by, where] of [
    ['server', 'the server'],
    ['client', 'this database'],
  ] as const) {
    if (rejected(by) === 0) continue;
    lines.push(
      style.yellow(
        `${count(rejected(by), 'row')} rejected by ${where}, because of a constraint there.`,
      ),
    );
  }
  if (result.tooLarge > 0) {
    lines.push(
      style.yellow(`${count(result.tooLarge, 'cell')} left out, larger than a message may be.`),
    );
  }
  if (!result.sameSchema) {
    lines.push(
      style.yellow(
        'The server has another schema: some changes may be pending until both sides are migrated.',
      ),
    );
  }
  return lines.join('\n');
}
