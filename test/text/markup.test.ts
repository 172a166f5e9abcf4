/**
 * HTML and Markdown of a document of blocks: the recipe of docs/text.md.
 * @vitest-environment jsdom
 */
import { generateHTML, getSchema } from '@tiptap/core';
import { MarkdownManager } from '@tiptap/markdown';
import { StarterKit } from '@tiptap/starter-kit';
import { prosemirrorJSONToYXmlFragment, yXmlFragmentToProsemirrorJSON } from '@tiptap/y-tiptap';
import { expect, test } from 'vitest';
import { yXml } from '../../src/yjs/index.js';

const extensions = [StarterKit];
const markdown = new MarkdownManager({ extensions });

const MARKDOWN = `# Title

A **bold** [link](https://example.org) and a < b

- one
- two

\`\`\`js
if (a < b) go();
\`\`\``;

function opened() {
  const document = yXml().open([], 1);
  const schema = getSchema(extensions);
  prosemirrorJSONToYXmlFragment(schema, markdown.parse(MARKDOWN), document.editor.fragment);
  return document;
}

test('Markdown becomes a document, whose column has its text', () => {
  expect(opened().text()).toBe('Title\nA bold link and a < b\none\ntwo\nif (a < b) go();');
});

test('a document becomes HTML and Markdown', () => {
  const content = yXmlFragmentToProsemirrorJSON(opened().editor.fragment);
  expect(generateHTML(content, extensions)).toMatch(
    /^<h1>Title<\/h1><p>A <strong>bold<\/strong> <a [^>]*href="https:\/\/example.org"[^>]*>link<\/a> and a &lt; b<\/p><ul><li><p>one<\/p><\/li><li><p>two<\/p><\/li><\/ul><pre><code class="language-js">if \(a &lt; b\) go\(\);<\/code><\/pre>$/,
  );
  expect(markdown.serialize(content).replaceAll('&lt;', '<')).toBe(MARKDOWN);
});

test('what a write by SQL has changed is in both', () => {
  const document = opened();
  const before = document.text();
  document.replace([
    { at: before.indexOf('two'), remove: 3, insert: 'second' },
    { at: before.length, remove: 0, insert: '\nelse stay();' },
  ]);
  const content = yXmlFragmentToProsemirrorJSON(document.editor.fragment);
  const html = generateHTML(content, extensions);
  expect(html).toContain('<li><p>second</p></li>');
  expect(html).toContain('if (a &lt; b) go();\nelse stay();</code>');
  // No schema of the editor rejects what was written.
  getSchema(extensions).nodeFromJSON(content).check();
});
