import type { ChangedValue, HistoryEvent } from '../../drizzle/history-types.js';
import { bytesToHex, type SqlValue } from '../../model/value.js';
import type { Style } from '../style.js';
import { shownValue } from './changes.js';

/** Events as `git log` shows commits: those of one transaction below its name, writer, time and message. */
export class LogText {
  #transaction: string | undefined;

  constructor(readonly style: Style) {}

  render(events: readonly HistoryEvent[]): string {
    return events.map((event) => this.#render(event)).join('\n');
  }

  #render(event: HistoryEvent): string {
    const { style } = this;
    const name = `${bytesToHex(event.siteId)}:${event.version}`;
    const isSame = name === this.#transaction;
    const lines = isSame
      ? []
      : [...(this.#transaction === undefined ? [] : ['']), ...this.#head(event)];
    this.#transaction = name;
    const row = `${event.table} ${objectText(event.key)}`;
    const before = event.pruned ? style.dim(' (what it replaced was pruned)') : '';
    lines.push(`    ${KINDS[event.kind](style, event.kind)} ${printable(row)}${before}`);
    for (const [column, change] of Object.entries(event.changes)) {
      const { from, to } = change as ChangedValue;
      if (from === undefined && to === null) continue; // A new row has nothing there.
      lines.push(`        ${printable(column)}: ${this.#change(event, change as ChangedValue)}`);
    }
    return lines.join('\n');
  }

  #head({ siteId, version, author, at, message, kind, reverts }: HistoryEvent): string[] {
    const { style } = this;
    const site = bytesToHex(siteId);
    const isImport = kind === 'import';
    return [
      style.yellow(isImport ? `imported from ${site}` : `transaction ${site}:${version}`),
      ...(author === undefined ? [] : [`Author: ${printable(author)}`]),
      `Date:   ${at.toISOString()}`,
      ...(reverts ? [`Takes back: ${bytesToHex(reverts.siteId)}:${reverts.version}`] : []),
      '',
      ...(message === undefined
        ? []
        : [...message.split('\n').map((line) => `    ${printable(line)}`), '']),
    ];
  }

  #change(event: HistoryEvent, { from, to, won, added }: ChangedValue): string {
    const { style } = this;
    // What a site has added in all is nobody's value of the counter.
    if (added !== undefined) return style.green(`${Number(added) < 0 ? '' : '+'}${added}`);
    const before = from === undefined ? '' : style.red(valueText(from));
    const after = to === undefined ? '' : style.green(valueText(to));
    const lost = won ? '' : style.dim(' (another value won)');
    if (event.kind === 'delete') return `${before}${lost}`;
    return `${before === '' ? '' : `${before} → `}${after}${lost}`;
  }
}

const KINDS: Readonly<Record<HistoryEvent['kind'], (style: Style, text: string) => string>> = {
  insert: (style, text) => style.green(text),
  update: (style, text) => style.cyan(text),
  delete: (style, text) => style.red(text),
  import: (style, text) => style.dim(text),
};

/** Events as one JSON object per line. Bytes are hex, integers beyond 2^53 - 1 are texts. */
export const renderLogJson = (events: readonly HistoryEvent[]): string =>
  events.map((event) => JSON.stringify(event, jsonValue)).join('\n');

function jsonValue(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  const original = this[name];
  if (original instanceof Uint8Array) return bytesToHex(original);
  return typeof original === 'bigint' ? String(original) : value;
}

function valueText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || isStored(value)) return shownValue(value as SqlValue);
  return shownValue(JSON.stringify(value, jsonValue) ?? String(value));
}

const isStored = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'bigint' || value instanceof Uint8Array;

const objectText = (key: Readonly<Record<string, unknown>>) =>
  Object.entries(key)
    .map(([name, value]) => `${name} = ${valueText(value)}`)
    .join(', ');

/** Other people's words cannot steer the terminal. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd');
