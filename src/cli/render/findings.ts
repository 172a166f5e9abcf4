import type { Finding, VerifyResult } from '../../drizzle/verify-result.js';
import { bytesToHex } from '../../model/value.js';
import type { Style } from '../style.js';
import { count } from './quantity.js';

export function renderVerification(
  { findings, count: total, repaired, repairedCount, startsOver, skipped }: VerifyResult,
  isRepair: boolean,
  style: Style,
): string {
  const unlisted = total - findings.length;
  const repairable = findings.filter(({ isRepairable }) => isRepairable).length;
  return [
    ...(repairedCount === 0
      ? []
      : [
          style.green(`Repaired ${count(repairedCount, 'finding')}.`),
          ...repaired.map((finding) => line(finding, style)),
        ]),
    ...(startsOver
      ? [
          'Versions were lost, so this database has a new site id now. Its next sync transfers everything again.',
        ]
      : []),
    ...(total === 0
      ? [style.green('The bookkeeping and the rows agree.')]
      : [
          style.red(`${count(total, 'finding')}${isRepair ? ' left' : ''}:`),
          ...findings.map((finding) => line(finding, style)),
          ...(unlisted > 0 ? [`  and ${unlisted} more of the same kinds: see --limit`] : []),
          ...(repairable > 0 && !isRepair
            ? [`${style.bold('--fix')} repairs ${repairable === total ? 'all' : 'some'} of it.`]
            : []),
        ]),
    ...(skipped.length > 0
      ? [style.dim(`Not checked, because the database does not allow it: ${skipped.join(', ')}.`)]
      : []),
  ].join('\n');
}

function line({ code, table, key, column, found, expected, isRepairable }: Finding, style: Style) {
  const place = [
    style.bold(table === '' ? 'the database' : table),
    ...(key === undefined ? [] : [jsonText(key)]),
    ...(column === undefined ? [] : [column]),
  ].join(' ');
  const not = isRepairable ? '' : ' (not repairable)';
  return `  ${place}: ${code}${not}\n    is ${found}, should be ${expected}`;
}

export const verificationJson = (result: VerifyResult): string => jsonText(result);

/** Keys may hold what JSON does not have. */
const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return String(part);
    return part instanceof Uint8Array ? bytesToHex(part) : part;
  });
