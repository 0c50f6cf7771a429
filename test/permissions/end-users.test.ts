import { beforeAll, describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { call, fillPath, type Operation, operations, pathParameters } from '../support/document.ts';
import { playScript } from '../support/provider/client.ts';
import { randomValues, type Values, validOptions } from '../support/resources.ts';
import { hashRows } from '../support/rows.ts';
import { asks, locate, tools } from '../support/waiting-script.ts';

/** The operations that accept tokens of end users. */
const open = operations.filter(
  ({ security }) => security?.some((one) => 'end_user_token' in one) === true,
);

let workspace: Workspace;
let agent: string;
/** The resources of Ann, by path parameter. */
let hers: Values;
const holders = {} as Record<'ann' | 'bob' | 'annOfApp', Workspace>;

beforeAll(async () => {
  workspace = await newWorkspace();
  const { base_url, api_key } = await playScript({ rounds: [asks(locate)], repeat: true });
  await workspace.put('/providers/openai-compatible', { base_url: base_url.compatible, api_key });
  const config = { model: 'openai-compatible/scripted', knowledge: { base_ids: [] } };
  agent = (await workspace.post('/agents', { name: 'Waits', config })).body.id;
  const plain = (await workspace.post('/agents', { name: 'Plain' })).body.id;
  const [site, app] = [await workspace.withRole('runtime'), await workspace.withRole('runtime')];
  const holder = async (issuer: Workspace, end_user_id: string) => {
    const given = { end_user_id, agent_ids: [agent, plain] };
    return workspace.as((await issuer.post('/end-user-tokens', given)).body.token);
  };
  holders.ann = await holder(site, 'ann');
  holders.bob = await holder(site, 'bob');
  holders.annOfApp = await holder(app, 'ann');
  const { ann } = holders;
  const session = (await ann.post(`/agents/${plain}/sessions`, {})).body.id;
  const file = { name: 'note.txt', text: 'The secret of Ann.' };
  const attachment = (await ann.post(`/sessions/${session}/attachments`, file)).body.id;
  const { body } = await ann.post(`/sessions/${session}/messages`, {
    message: 'The secret of Ann',
  });
  const waiting = await ann.post(`/agents/${agent}/runs`, { message: 'Where am I?', tools });
  expect(waiting.status, JSON.stringify(waiting.body)).toBe(200);
  const { run_id: run } = waiting.body;
  hers = { session, attachment, message: body.id, question: body.parent_id, run };
});

const named = open
  .filter((operation) =>
    pathParameters(operation).some((name) =>
      ['session', 'attachment', 'message', 'question', 'run'].includes(name),
    ),
  )
  .map((operation) => [operation.name, operation] as const);

const send = (operation: Operation, reader: Workspace, values: Values) =>
  call(operation, fillPath(operation, values), reader.key, validOptions(operation, values));

describe('what an end user has', () => {
  it.each(named)(
    'is not reached by others with %s, and stays as it is (R2, R85)',
    async (_name, operation) => {
      const values = { ...randomValues(), agent, ...hers };
      const before = await hashRows(workspace.id);
      for (const reader of [holders.bob, holders.annOfApp]) {
        const answer = await send(operation, reader, values);
        expect([answer.status, answer.body.code], JSON.stringify(answer.body)).toEqual([
          404,
          'not_found',
        ]);
        expect(JSON.stringify(answer.body)).not.toContain('secret');
      }
      expect(await hashRows(workspace.id)).toEqual(before);
    },
  );

  it('is in no list of others (R85)', async () => {
    const lists = open.filter(
      ({ method, path }) => method === 'GET' && !path.includes('{') && !path.includes('/chat'),
    );
    expect(lists.length).toBeGreaterThan(1);
    for (const operation of lists)
      for (const reader of [holders.bob, holders.annOfApp]) {
        const answer = await send(operation, reader, randomValues());
        expect([operation.name, answer.status]).toEqual([operation.name, 200]);
        for (const id of Object.values(hers)) expect(JSON.stringify(answer.body)).not.toContain(id);
      }
  });

  it('is reached by herself', async () => {
    for (const path of [
      `/sessions/${hers.session}`,
      `/messages/${hers.message}`,
      `/runs/${hers.run}`,
      `/attachments/${hers.attachment}`,
    ])
      expect([path, (await holders.ann.get(path)).status]).toEqual([path, 200]);
  });
});
