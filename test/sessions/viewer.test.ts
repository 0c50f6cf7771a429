import { describe, expect, it } from 'vitest';
import { newChat } from '../support/chat.ts';

// A role without access to messages must not receive the texts of end users in any response.
const secret = 'zanzibar';

describe('a role without access to messages', () => {
  it('gets the trace of a run without its texts, and no title by rule', async () => {
    const inputs = [{ type: 'text', name: 'note', label: 'Note' }];
    const { workspace, agent, session, send } = await newChat(
      {
        rounds: [
          {
            text: ['It lies near the coast of Zanzibar.'],
            usage: { input_tokens: 3, output_tokens: 4 },
          },
        ],
      },
      {
        config: { instructions: '{{note}}', inputs },
        session: { inputs: { note: `Of ${secret}` } },
      },
    );
    const viewer = await workspace.withRole('viewer');
    const { run } = (await send({ message: `Where is ${secret}?` })).body;
    expect(JSON.stringify((await workspace.get(`/runs/${run.id}`)).body).toLowerCase()).toContain(
      secret,
    );
    const paths = [
      `/runs/${run.id}`,
      `/sessions/${session}`,
      `/agents/${agent}/sessions`,
      `/agents/${agent}/sessions?q=${secret}`,
    ];
    const [seen, opened, listed, found] = await Promise.all(
      paths.map(async (path) => (await viewer.get(path)).body),
    );
    for (const body of [seen, opened, listed, found])
      expect(JSON.stringify(body).toLowerCase()).not.toContain(secret);
    expect(seen).toMatchObject({
      id: run.id,
      usage: run.usage,
      inputs: {},
      steps: [{ type: 'model', input: null, output: null }],
    });
    expect(opened).toMatchObject({ title: null, messages: null });
    expect(listed.data).toMatchObject([{ id: session, title: null }]);
    expect(found.data).toEqual([]);
    await workspace.patch(`/sessions/${session}`, { title: 'Harbour' });
    expect((await viewer.get(`/sessions/${session}`)).body.title).toBe('Harbour');
    expect((await viewer.get(`/agents/${agent}/sessions?q=harbour`)).body.data).toMatchObject([
      { id: session, title: 'Harbour' },
    ]);
  });
});
