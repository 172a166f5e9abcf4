/*
 * Generated SQL is laid out as a person would write it, because people debug it in a shell. Statements
 * are written as template literals over several lines; what is put into them keeps its own lines and is
 * indented like the line that it stands in.
 */

/** SQL over several lines. A line may itself contain a line break, in a name or a literal: it is not touched. */
export class Layout {
  constructor(readonly lines: readonly string[]) {}

  toString(): string {
    return this.lines.join('\n');
  }
}

export type Fragment = string | number | Layout;

/**
 * A part of a statement. The literal's own indentation is removed, and lines that end up empty are left out.
 *
 * @example
 * const where = any([block`a = 1`, block`b = 2`]);
 * statementText`
 *   DELETE FROM t
 *   WHERE ${where}
 * `;
 */
export function block(strings: TemplateStringsArray, ...values: readonly Fragment[]): Layout {
  const margin = marginOf(strings[0]!);
  const lines: string[] = [''];
  strings.forEach((text, i) => {
    const [first, ...rest] = text.split('\n');
    append(lines, first!);
    for (const line of rest) lines.push(line.startsWith(margin) ? line.slice(margin.length) : '');
    if (i < values.length) insert(lines, values[i]!);
  });
  return new Layout(lines.filter((line) => line.trim() !== ''));
}

/** A whole statement as text. */
export function statementText(
  strings: TemplateStringsArray,
  ...values: readonly Fragment[]
): string {
  return block(strings, ...values).toString();
}

/** Each item on a line of its own, with a comma between them. */
export function list(items: readonly Fragment[]): Layout {
  return joined(items, (item, isLast) => (isLast ? item : suffixed(item, ',')));
}

/** Each item on a line of its own. */
export function lines(items: readonly Fragment[]): Layout {
  return joined(items, (item) => item);
}

/** Conditions that must all hold, a line each; always true if there are none. */
export function all(conditions: readonly Fragment[]): Layout {
  if (conditions.length === 0) return new Layout(['true']);
  return joined(conditions, (item, _, isFirst) => (isFirst ? item : prefixed('AND ', item)));
}

/** Conditions of which one must hold, a line each; never true if there are none. */
export function any(conditions: readonly Fragment[]): Layout {
  if (conditions.length === 0) return new Layout(['false']);
  return joined(conditions, (item, _, isFirst) => (isFirst ? item : prefixed('OR ', item)));
}

/** Statements of a trigger's body, each with its semicolon. */
export function body(statements: readonly Fragment[]): Layout {
  return joined(statements, (item) => suffixed(item, ';'));
}

function joined(
  items: readonly Fragment[],
  place: (item: Fragment, isLast: boolean, isFirst: boolean) => Fragment,
): Layout {
  return new Layout(
    items.flatMap((item, i) => linesOf(place(item, i === items.length - 1, i === 0))),
  );
}

const linesOf = (fragment: Fragment): readonly string[] =>
  fragment instanceof Layout ? fragment.lines : [String(fragment)];

function prefixed(prefix: string, fragment: Fragment): Layout {
  const [first, ...rest] = linesOf(fragment);
  return new Layout([prefix + first, ...rest.map((line) => `  ${line}`)]);
}

function suffixed(fragment: Fragment, suffix: string): Layout {
  const lines = linesOf(fragment);
  return new Layout([...lines.slice(0, -1), `${lines.at(-1)}${suffix}`]);
}

function append(lines: string[], text: string): void {
  lines[lines.length - 1] += text;
}

function insert(lines: string[], value: Fragment): void {
  const [first = '', ...rest] = linesOf(value);
  const indentation = /^ */.exec(lines.at(-1)!)![0];
  append(lines, first);
  for (const line of rest) lines.push(indentation + line);
}

/** The indentation of the literal's first line of text. */
function marginOf(text: string): string {
  return /^\n( *)/.exec(text)?.[1] ?? '';
}
