import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { addText, newBase, settled, uploadForm } from '../support/files.ts';

const handbook = `# Handbook

## Leave

Everybody has 25 days of paid leave a year. Unused leave expires in March.

## Travel

Trains are first class from three hours on. Flights need the approval of the head of the department.
`;

describe('knowledge', () => {
  it('ingests text and finds it', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'handbook.md', handbook);
    expect(file).toMatchObject({
      status: 'ready',
      error: null,
      media_type: 'text/markdown',
      progress: 1,
    });
    const { body, status } = await workspace.post(`/knowledge-bases/${base}/search`, {
      query: 'How many days of leave do I have?',
    });
    expect(status).toBe(200);
    expect(body.hits[0]).toMatchObject({
      file_id: file.id,
      file_name: 'handbook.md',
      base_id: base,
      keyword_rank: 1,
    });
    expect(body.hits[0].text).toContain('25 days');
    expect(body.confidence).toBeGreaterThan(0.6);
    expect(body.coverage).toBe('full');
    const chunks = (await workspace.get(`/files/${file.id}/chunks`)).body.data;
    expect(chunks).toHaveLength(file.chunk_count);
  });

  it('ingests several files of one multipart request', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const { status, body } = await uploadForm(
      workspace,
      `/knowledge-bases/${base}/files`,
      [
        { name: 'Größe.md', content: '# Size\n\nThe tent sleeps four people.' },
        { name: 'prices.csv', content: 'item,price\ntent,300\nstove,40\n', type: 'text/csv' },
      ],
      { metadata: '{"shop":"north"}' },
    );
    expect(status, JSON.stringify(body)).toBe(202);
    expect(body.data.map((file: { name: string }) => file.name)).toEqual([
      'Größe.md',
      'prices.csv',
    ]);
    for (const file of body.data)
      expect(await settled(workspace, file.id)).toMatchObject({
        status: 'ready',
        metadata: { shop: 'north' },
      });
    const found = await workspace.post(`/knowledge-bases/${base}/search`, {
      query: 'price of the stove',
    });
    expect(found.body.hits[0].file_name).toBe('prices.csv');
  });
});
