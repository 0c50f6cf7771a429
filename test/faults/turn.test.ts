import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, request } from '../support/api.ts';
import { type Fault, faulty } from '../support/faulty.ts';
import { rebindHost } from '../support/host.ts';

/** Sends one message with a fault, then the same request again without; returns the results. */
async function sendTwice(fault: Fault | null) {
  const workspace = await newWorkspace();
  const agent = (await workspace.post('/agents', { name: 'A' })).body;
  const file = (
    await workspace.post(`/agents/${agent.id}/files`, {
      name: 'tea.md',
      text: '# Tea\n\nGreen tea is steeped at 80 degrees.',
    })
  ).body.data[0];
  await vi.waitUntil(
    async () => (await workspace.get(`/files/${file.id}`)).body.status === 'ready',
    { timeout: 150_000 },
  );
  const session = (await workspace.post(`/agents/${agent.id}/sessions`, {})).body.id;
  const path = `/api/v1/sessions/${session}/messages`;
  const options = {
    json: { message: 'How hot is green tea steeped?' },
    headers: { 'idempotency-key': 'once' },
  };
  const { database, faults } = faulty(env.DB, fault);
  await rebindHost(session, { DB: database });
  const first = await request('POST', path, workspace.key, options);
  const made = faults();
  await rebindHost(session, {});
  const again = await request('POST', path, workspace.key, options);
  const messages = (await workspace.get(`/sessions/${session}/messages`)).body.data;
  const usage = await env.DB.prepare(
    "select operation from usage where workspace_id = ? and operation in ('answer', 'embed_query') order by operation",
  )
    .bind(workspace.id)
    .all();
  return { first, again, made, messages, usage: usage.results.map(({ operation }) => operation) };
}

describe('a turn under a fault of any round trip', () => {
  it('is answered, stored and charged once (R56)', async () => {
    const { made } = await sendTwice(null);
    expect(made.length).toBeGreaterThan(4);
    for (const fault of made) {
      const { first, again, messages, usage } = await sendTwice(fault);
      const told = JSON.stringify({ fault, first: first.body });
      expect([200, 503], told).toContain(first.status);
      expect(again.status, told).toBe(200);
      expect(again.body.text).toContain('80 degrees');
      if (first.status === 200) expect(again.body, told).toEqual(first.body);
      const answers = messages.filter(({ role }: { role: string }) => role === 'assistant');
      expect(
        answers.map(({ id }: { id: string }) => id),
        told,
      ).toEqual([again.body.id]);
      expect(
        messages.map(({ seq }: { seq: number }) => seq),
        told,
      ).toEqual(messages.map((_: unknown, index: number) => messages.length - index));
      expect(
        usage.filter((operation) => operation === 'answer'),
        told,
      ).toEqual(['answer']);
    }
  });
});
