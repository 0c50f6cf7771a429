import { describe, expect, it } from 'vitest';
import { chunkDocument } from '../../src/documents/chunk/chunk.ts';
import { newWorkspace } from '../support/api.ts';
import { newBase, settled, uploadForm } from '../support/files.ts';

/** Each line deeper than the one before, then back. */
const deep = Array.from({ length: 14 }, (_, level) => `${'    '.repeat(level)}if level_${level}:`);
const code = [...deep, `${'    '.repeat(14)}return 14`, '', '', 'def after():', '\tpass'].join(
  '\n',
);

describe('white space of code', () => {
  it('is kept in chunks and hits of text, Markdown, YAML and HTML', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 1000 });
    const parts = [
      { name: 'code.txt', content: code },
      { name: 'run.log', content: `${code}\nlog` },
      { name: 'code.md', content: `# Code\n\n\`\`\`python\n${code}\n\`\`\`\n` },
      { name: 'code.yaml', content: `${code}\nyaml: true` },
      { name: 'code.html', content: `<h1>Code</h1><pre><code>${code}</code></pre>` },
    ];
    const { body } = await uploadForm(workspace, `/knowledge-bases/${base}/files`, parts);
    for (const { id, name } of body.data) {
      expect((await settled(workspace, id)).status).toBe('ready');
      const { data } = (await workspace.get(`/files/${id}/chunks`)).body;
      expect(data.map(({ text }: { text: string }) => text).join('\n'), name).toContain(code);
    }
    const hits = await workspace.post(`/knowledge-bases/${base}/search`, {
      query: 'level_13',
      top_k: 5,
    });
    expect(hits.body.hits.length).toBeGreaterThan(3);
    for (const { text } of hits.body.hits) expect(text.split('\n')).toContain(deep[13]);
  });

  it('is kept when a long file is split: every chunk begins with the indentation of its line', () => {
    const lines = Array.from(
      { length: 400 },
      (_, index) => `${' '.repeat((index % 7) * 4)}call_number_${index}(argument);`,
    );
    for (const isMarkdown of [false, true]) {
      const text = isMarkdown ? `\`\`\`\n${lines.join('\n')}\n\`\`\`` : lines.join('\n');
      for (const chunk_overlap_tokens of [0, 20]) {
        const chunks = chunkDocument(
          { text, pages: null, isMarkdown },
          { chunk_tokens: 100, chunk_overlap_tokens },
        );
        expect(chunks.length).toBeGreaterThan(20);
        const cut = chunks.flatMap(({ start, end }) => text.slice(start, end).split('\n'));
        for (const line of lines) expect(cut).toContain(line);
        for (const { start } of chunks) expect([undefined, '\n']).toContain(text[start - 1]);
      }
    }
  });
});
