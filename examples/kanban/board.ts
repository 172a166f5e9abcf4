import { cards } from './schema.js';

type Card = Pick<typeof cards.$inferSelect, 'list' | 'title' | 'votes' | 'owner'> & {
  /** The possible owners, if two people took the card. */
  readonly question?: string | undefined;
};

const WIDTH = 24;

/** Draws the lists side by side, as text. */
export function drawBoard(all: readonly Card[]): string {
  const lists = cards.list.enumValues.map((name) => {
    const ofList = all.filter(({ list }) => list === name);
    return [name.toUpperCase(), '─'.repeat(WIDTH - 2), ...ofList.map(drawCard)];
  });
  const height = Math.max(...lists.map(({ length }) => length));
  const lines = Array.from({ length: height }, (_, i) =>
    lists.map((list) => (list[i] ?? '').padEnd(WIDTH)).join(''),
  );
  return `${lines.map((line) => `  ${line.trimEnd()}`).join('\n')}\n`;
}

function drawCard({ title, votes, owner, question }: Card): string {
  const who = question === undefined ? (owner ?? '') : `${question}?`;
  return [title, votes > 0 ? `+${votes}` : '', who].filter(Boolean).join('  ');
}
