/** Documents of blocks: what their columns show, and what becomes of writes by SQL. */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { diffWords } from '../../src/documents/diff.js';
import { yXml } from '../../src/yjs/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';

/** A document in brief: `[name, attributes?, ...children]`, and texts, which may have marks. */
type Part = string | { readonly text: string; readonly marks: object } | Element;
type Element = readonly [name: string, ...(Part | { readonly attributes: object })[]];

function build(parent: Y.XmlFragment, children: readonly (Part | { attributes: object })[]): void {
  for (const child of children) {
    if (Array.isArray(child)) {
      const [name, ...rest] = child as unknown as Element;
      const element = new Y.XmlElement(name);
      parent.push([element]);
      build(element, rest);
    } else if (typeof child === 'string') parent.push([new Y.XmlText(child)]);
    else if ('attributes' in child) {
      for (const [key, value] of Object.entries(child.attributes)) {
        (parent as Y.XmlElement).setAttribute(key, value);
      }
    } else {
      const { text, marks } = child as { text: string; marks: object };
      const node = new Y.XmlText();
      parent.push([node]);
      node.insert(0, text, marks);
    }
  }
}

function opened(...children: Part[]) {
  const document = yXml().open([], 1);
  document.editor.doc.transact(() => build(document.editor.fragment, children));
  return document;
}

const p = (...children: Part[]): Element => ['paragraph', ...children];
const bold = (text: string) => ({ text, marks: { bold: true } });
const list = (...items: Element[]): Element => [
  'bulletList',
  ...items.map((item): Element => ['listItem', item]),
];
const xml = ({ editor }: ReturnType<typeof opened>) => editor.fragment.toString();

describe('the text of a document', () => {
  test.each([
    ['nothing', [], ''],
    ['a line for each paragraph', [p('one'), p('two')], 'one\ntwo'],
    ['marks are left out', [p('a ', bold('b'), ' c')], 'a b c'],
    ['an empty paragraph is an empty line', [p('a'), p(), p('b')], 'a\n\nb'],
    ['items of lists', [p('a'), list(p('b'), p('c')), p('d')], 'a\nb\nc\nd'],
    ['a line break', [p('a', ['hardBreak'], 'b')], 'a\nb'],
    ['code keeps its lines', [['codeBlock', 'a\nb']], 'a\nb'],
    ['an image between blocks', [p('a'), ['image'], p('b')], 'a\n\ufffc\nb'],
    ['a mention alone in its paragraph', [p(['mention'])], '\ufffc'],
    ['a mention in a text', [p('ask ', ['mention'], '!')], 'ask \ufffc!'],
    [
      'cells of a table',
      [['table', ['tableRow', ['tableCell', p('a')], ['tableCell', p()]]]],
      'a\n',
    ],
  ] as [string, Part[], string][])('%s', (_, children, expected) => {
    expect(opened(...children).text()).toBe(expected);
  });

  test('blocks of a schema of its own are named', () => {
    const codec = yXml({ textblocks: ['title'] });
    const document = codec.open([], 1);
    build(document.editor.fragment, [['title'], p('a')]);
    expect(document.text()).toBe('\na');
    expect(() => yXml({ textBlocks: [] } as never)).toThrowError(
      expect.objectContaining({ code: 'CRR_USAGE_OPTION' }),
    );
  });

  test('lists that are nested without end are an object at some depth', () => {
    let deep: Element = p('x');
    for (let i = 0; i < 2_000; i++) deep = ['blockquote', deep];
    expect(opened(p('a'), deep).text()).toBe('a\n\ufffc');
  });
});

describe('an edit of the text', () => {
  const cases: readonly [string, Part[], [number, number, string][], string][] = [
    [
      'types into a text, with its marks',
      [p(bold('ab'))],
      [[2, 0, 'c']],
      '<paragraph><bold>abc</bold></paragraph>',
    ],
    ['begins a document', [], [[0, 0, 'a\nb']], '<paragraph>a</paragraph><paragraph>b</paragraph>'],
    [
      'puts a line behind another one',
      [p('a')],
      [[1, 0, '\nb']],
      '<paragraph>a</paragraph><paragraph>b</paragraph>',
    ],
    [
      'puts a line before a heading',
      [['heading', { attributes: { level: '1' } }, 'H']],
      [[0, 0, 'a\n']],
      '<paragraph>a</paragraph><heading level="1">H</heading>',
    ],
    [
      'puts a line into an item',
      [list(p('a'))],
      [[1, 0, '\nb']],
      '<bulletList><listItem><paragraph>a</paragraph><paragraph>b</paragraph></listItem></bulletList>',
    ],
    [
      'splits a block, with its kind and marks',
      [['heading', { attributes: { level: '1' } }, 'ab', bold('cd')]],
      [[3, 0, '\n']],
      '<heading level="1">ab<bold>c</bold></heading><heading level="1"><bold>d</bold></heading>',
    ],
    [
      'joins two blocks, with their marks',
      [p('ab'), p('c', bold('d'))],
      [[2, 1, '']],
      '<paragraph>abc<bold>d</bold></paragraph>',
    ],
    [
      'removes a line before a heading, and leaves that',
      [p('a'), ['heading', 'H']],
      [[0, 2, '']],
      '<heading>H</heading>',
    ],
    ['removes the last line', [p('a'), p('b')], [[1, 2, '']], '<paragraph>a</paragraph>'],
    [
      'removes a list with its last item',
      [p('a'), list(p('b'), p('c')), p('d')],
      [[1, 4, '']],
      '<paragraph>a</paragraph><paragraph>d</paragraph>',
    ],
    [
      'removes an image',
      [p('a'), ['image'], p('b')],
      [[2, 2, '']],
      '<paragraph>a</paragraph><paragraph>b</paragraph>',
    ],
    [
      'leaves an image alone',
      [p('a'), ['image']],
      [[3, 0, 'b']],
      '<paragraph>a</paragraph><image></image><paragraph>b</paragraph>',
    ],
    [
      'puts a line before an image',
      [['image']],
      [[0, 0, 'b']],
      '<paragraph>b</paragraph><image></image>',
    ],
    [
      'puts an empty line in the place of an image',
      [p('a'), ['image']],
      [[2, 1, '']],
      '<paragraph>a</paragraph><paragraph></paragraph>',
    ],
    [
      'removes a line break',
      [p('a', ['hardBreak'], 'b')],
      [[1, 1, ' ']],
      '<paragraph>a b</paragraph>',
    ],
    [
      'writes lines into code',
      [['codeBlock', 'a']],
      [[1, 0, '\nb']],
      '<codeblock>a\nb</codeblock>',
    ],
    ['takes everything', [p('a'), list(p('b'))], [[0, 3, '']], ''],
    [
      'writes everything anew, and keeps the first block',
      [['heading', 'a'], p('b')],
      [[0, 3, 'c']],
      '<heading>c</heading>',
    ],
    [
      'is one of several',
      [p('a'), p('b'), p('c')],
      [
        [0, 2, ''],
        [2, 0, 'x\n'],
        [4, 1, 'z'],
      ],
      '<paragraph>x</paragraph><paragraph>b</paragraph><paragraph>z</paragraph>',
    ],
  ];
  test.each(cases)('%s', (_, children, edits, expected) => {
    const document = opened(...children);
    document.replace(edits.map(([at, remove, insert]) => ({ at, remove, insert })));
    expect(xml(document).toLowerCase()).toBe(expected.toLowerCase());
  });
});

describe('random documents', () => {
  const WORDS = ['red', 'green', ' ', 'a fox', '\n', '\n\n', 'é'];
  const block = (random: Random): Element => {
    const texts = Array.from({ length: random.int(3) }, () => {
      const word = random.pick(WORDS).replaceAll('\n', '') || 'x';
      return random.chance(0.3) ? bold(word) : word;
    });
    const breaks: Part[] = random.chance(0.2) ? [['hardBreak'], 'y'] : [];
    const name = random.pick(['paragraph', 'paragraph', 'heading']);
    if (random.chance(0.3)) return list(block(random), block(random));
    return [name, ...texts, ...breaks];
  };
  const RUNS = 2 * numberFromEnv('CRR_HISTORIES', 300);

  /** A few edits, ascending and not overlapping. */
  function editsOf(random: Random, length: number) {
    const edits = [];
    for (let at = 0; at <= length && edits.length < 3; ) {
      at += random.int(Math.max(1, length - at));
      const remove = random.chance(0.5) ? random.int(Math.min(12, length - at + 1)) : 0;
      edits.push({ at, remove, insert: random.chance(0.7) ? random.pick(WORDS) : '' });
      at += remove + random.int(3);
    }
    return edits.filter(({ at, remove }) => at + remove <= length);
  }

  test('have the text that edits make, as a text has it', () => {
    for (let run = 0; run < RUNS; run++) {
      const random = new Random(hash('edits of blocks', seedFromEnv(), run));
      const label = `CRR_SEED=${seedFromEnv()}, run ${run}`;
      const document = opened(...Array.from({ length: random.int(5) }, () => block(random)));
      for (let step = 0; step < 4; step++) {
        const before = document.text();
        const edits = editsOf(random, before.length);
        document.replace(edits);
        let expected = before;
        for (const { at, remove, insert } of [...edits].reverse()) {
          expected = expected.slice(0, at) + insert + expected.slice(at + remove);
        }
        expect(document.text(), `${label}: ${JSON.stringify([before, edits])}`).toBe(expected);
      }
    }
  });

  test('with objects lose and gain no character but newlines', () => {
    for (let run = 0; run < RUNS; run++) {
      const random = new Random(hash('edits of objects', seedFromEnv(), run));
      const parts = Array.from({ length: random.int(6) }, (): Part => {
        if (random.chance(0.4)) return ['image'];
        return random.chance(0.3) ? p('see ', ['mention'], '!') : block(random);
      });
      const document = opened(...parts);
      const before = document.text();
      const words = before.split(' ');
      words.splice(random.int(words.length), random.int(3), random.pick(WORDS));
      const after = words.join(' ');
      document.replace(diffWords(before, after));
      const label = `CRR_SEED=${seedFromEnv()}, run ${run}: ${JSON.stringify([before, after])}`;
      const withoutLines = (text: string) => text.replaceAll('\n', '');
      expect(withoutLines(document.text()), label).toBe(withoutLines(after));
    }
  });
});
