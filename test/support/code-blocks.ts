/** The code blocks of a Markdown page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run-tsx.js';

export interface CodeBlock {
  readonly page: string;
  /** Line of the page on which the code begins, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; line: number; code: string[] } | undefined;
  for (const [i, text] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
    if (open === undefined) {
      const fence = /^```(\w*)/.exec(text);
      if (fence) open = { language: fence[1]!, line: i + 2, code: [] };
    } else if (text === '```') {
      blocks.push({ page, ...open, code: `${open.code.join('\n')}\n` });
      open = undefined;
    } else {
      open.code.push(text);
    }
  }
  if (open) throw new Error(`${page}: the code block from line ${open.line} on has no end`);
  return blocks;
}
