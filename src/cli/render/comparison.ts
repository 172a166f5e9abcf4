import type { Comparison } from '../compare-copies.js';
import type { Style } from '../style.js';
import { count } from './quantity.js';

export function renderComparison(address: string, found: Comparison, style: Style): string {
  const lines = problemsOf(found);
  if (lines.length === 0) return `${style.bold(address)}: knows nothing that this database lacks`;
  return [`${style.bold(address)}:`, ...lines.map((line) => `  ${style.red(line)}`)].join('\n');
}

export function problemsOf({
  isSameSite,
  readAhead,
  otherBehind,
  lost,
  reused,
}: Comparison): string[] {
  return [
    ...(isSameSite ? ['has the same site id, so one of them is a copy of the other'] : []),
    ...(readAhead === undefined
      ? []
      : [
          `has read up to db_version ${readAhead} of this database, which does not have it any more`,
        ]),
    ...(lost === 0 ? [] : [`has the last writes of this site to ${count(lost, 'row')}`]),
    ...(reused === 0
      ? []
      : [`has other values of ${count(reused, 'row')} under the same versions of this site`]),
    ...(otherBehind === undefined
      ? []
      : [`was restored itself: this database has read up to its db_version ${otherBehind}`]),
  ];
}
