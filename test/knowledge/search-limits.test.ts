import { expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';
import { baseOf } from '../support/history.ts';

/** Thirty conditions, all of which the file meets. */
const filter = {
  language: { ne: 'de', nin: ['fr', 'es'], exists: true },
  tags: { eq: 'x', ne: 'y', in: ['x', 'z'], nin: ['w'], exists: true },
  published_at: { gte: '2024', lte: '2024', gt: '2023', lt: '2025', ne: '2022', exists: true },
  metadata: Object.fromEntries(
    Array.from({ length: 16 }, (_, at) => [`key${at}`, { ne: 'other value' }]),
  ),
};

it('takes no more conditions of an end user than fit beside those of the agent (R85)', async () => {
  const workspace = await newWorkspace();
  const base = await newBase(workspace);
  await addText(workspace, base, 'a.txt', 'The canary sings.', {
    ...{ language: 'en', tags: ['x'], published_at: '2024-05-01', groups: ['staff'] },
  });
  const config = { knowledge: { base_ids: [base], filter } };
  const { body: agent } = await workspace.post('/agents', { name: 'A', config });
  const about = { end_user_id: 'user-1', groups: ['staff'], agent_ids: [agent.id] };
  const user = workspace.as((await workspace.post('/end-user-tokens', about)).body.token);
  const ask = (given: object | null) =>
    user.post(`/agents/${agent.id}/search`, { query: 'canary sings', filter: given });
  expect((await ask(null)).body.hits).toHaveLength(1);
  const refused = await ask(filter);
  expect([refused.status, refused.body.errors?.[0]?.pointer], JSON.stringify(refused.body)).toEqual(
    [422, '/filter'],
  );
});

it('searches with all conditions, groups and revisions that a request may have', async () => {
  const workspace = await newWorkspace();
  const base = await newBase(workspace, { retention_days: 30 });
  const other = await newBase(workspace, { retention_days: 30 });
  for (const id of [base, other])
    await addText(workspace, id, 'a.txt', 'The canary sings, and they are fed by us.', {
      ...{ language: 'en', tags: ['x'], published_at: '2024-05-01', groups: ['staff'] },
    });
  const { revision } = await baseOf(workspace, base);
  const query = 'canary sings Kanarienvogel singt pump valve';
  for (const mode of ['keyword', 'vector', 'hybrid'])
    for (const at of [null, revision])
      for (const groups of [null, ['staff', 'board']]) {
        const json = {
          query,
          mode,
          revision: at,
          groups,
          filter,
          context_tokens: 500,
          diversity: 0.5,
        };
        const { status, body } = await workspace.post(`/knowledge-bases/${base}/search`, json);
        expect([status, body.hits?.length], JSON.stringify([mode, at, groups, body])).toEqual([
          200, 1,
        ]);
      }
  const config = { knowledge: { base_ids: [base, other], revisions: { [base]: revision } } };
  const { body: agent } = await workspace.post('/agents', { name: 'A', config });
  const json = { query, filter, groups: ['staff'] };
  const { status, body } = await workspace.post(`/agents/${agent.id}/search`, json);
  expect([status, body.hits?.length], JSON.stringify(body)).toEqual([200, 2]);
});
