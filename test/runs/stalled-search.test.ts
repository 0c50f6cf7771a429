import { describe, expect, it, vi } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { openStream } from '../support/chat.ts';
import { addText } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';

/** An agent whose search requests a vector that never arrives: headers without a body. */
async function stalled(seconds: number) {
  const workspace = await newWorkspace();
  const stall = { kind: 'stall', events: 0 } as const;
  const scripted = await playScript({
    rounds: [{ text: ['Here.'] }],
    repeat: true,
    embedding_faults: [null, stall],
  });
  await workspace.put('/providers/openai', {
    api_key: scripted.api_key,
    base_url: scripted.base_url.openai,
  });
  await workspace.put('/providers/openai-compatible', {
    api_key: scripted.api_key,
    base_url: scripted.base_url.compatible,
  });
  const { body: base } = await workspace.post('/knowledge-bases', {
    name: 'Base',
    embedding_model: 'openai/text-embedding-3-large',
  });
  await addText(workspace, base.id, 'shelves.txt', 'The grinder is on the second shelf.');
  const knowledge = { base_ids: [base.id], scope: 'general' };
  const config = { model: 'openai-compatible/m', limits: { seconds }, knowledge };
  const agent = (await workspace.post('/agents', { name: 'A', config })).body.id;
  const session = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id;
  const send = () => workspace.post(`/sessions/${session}/messages`, { message: 'Where is it?' });
  return { workspace, session, scripted, send };
}

describe('a run whose search never ends', () => {
  it('stops when it is cancelled, and the session answers the next message', async () => {
    const { workspace, session, scripted, send } = await stalled(300);
    const opening = openStream(workspace, 'POST', `/sessions/${session}/messages`, {
      json: { message: 'Where is it?' },
    });
    await vi.waitUntil(async () => (await scripted.requests()).length === 2, { timeout: 150_000 });
    const run = (await workspace.get(`/sessions/${session}`)).body.active_run_id;
    expect((await workspace.post(`/runs/${run}/cancel`)).body).toMatchObject({
      status: 'cancelled',
    });
    await (await opening).text();
    expect((await send()).body).toMatchObject({ text: 'Here.', run: { status: 'completed' } });
  });

  it('ends at its time limit', async () => {
    const { send } = await stalled(1);
    const { body } = await send();
    expect(body).toMatchObject({
      text: '',
      run: { status: 'limit_exceeded', finish_reason: 'limit_exceeded' },
    });
    expect((await send()).body.text).toBe('Here.');
  });
});
