import {
  createExecutionContext,
  createMessageBatch,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { jobHandlers } from '../../src/features.ts';
import { dispatchBatch } from '../../src/jobs/index.ts';
import type { JobMessage } from '../../src/platform/job.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';
import { requestWith } from '../support/worker.ts';

const former = { embedding_model: 'openai-compatible/former', dimensions: 64 };
const next = { embedding_model: 'openai-compatible/next', dimensions: 96 };
const small = { chunk_tokens: 64, chunk_overlap_tokens: 0 };

async function open(): Promise<{ workspace: Workspace; base: string }> {
  const workspace = await newWorkspace();
  const { api_key, base_url } = await playScript({ rounds: [] });
  const provider = { api_key, base_url: base_url.compatible };
  expect((await workspace.put('/providers/openai-compatible', provider)).status).toBe(200);
  return { workspace, base: await newBase(workspace, { ...former, ...small }) };
}

const handbook = (sections: number, topic = 'device') =>
  Array.from(
    { length: sections },
    (_, index) =>
      `# ${topic} ${index}\n\nThe warranty of ${topic} number${index} covers the battery and the screen for ${index} days after it was bought in a shop.`,
  ).join('\n\n');

const countVectors = (scope: string) =>
  env.DB.prepare('select count(*) as n from vectors where base_id = ?').bind(scope).first('n');
const countChunks = (base: string) =>
  env.DB.prepare('select count(*) as n from chunks where base_id = ?').bind(base).first('n');

/** A queue in the hands of the test. */
class HeldQueue {
  readonly messages: JobMessage[] = [];
  readonly bindings = {
    JOBS: {
      send: async (body: JobMessage) => void this.messages.push(body),
      sendBatch: async (batch: Iterable<{ body: JobMessage }>) =>
        void this.messages.push(...[...batch].map(({ body }) => body)),
    },
  };

  async deliver(bodies: readonly JobMessage[]): Promise<void> {
    const messages = bodies.map((body, index) => ({
      ...{ id: String(index), timestamp: new Date(), attempts: 1, body },
    }));
    const execution = createExecutionContext();
    const batch = createMessageBatch('agentgrid-jobs', messages);
    const bindings = { ...env, ...this.bindings } as unknown as Env;
    await dispatchBatch(jobHandlers, batch, bindings, execution);
    await waitOnExecutionContext(execution);
  }

  /** Delivers each message three times, the latest first, at once and then again, until there are no more. */
  async drain(between: () => Promise<void>): Promise<void> {
    for (let done = 0; done < this.messages.length; ) {
      const some = this.messages.slice(done).reverse();
      done += some.length;
      await Promise.all([this.deliver(some), this.deliver(some), between()]);
      await this.deliver(some);
    }
  }
}

describe('an embedding migration', () => {
  it('changes the model while every search succeeds, whatever the queue does, and can be switched back', async () => {
    const { workspace, base } = await open();
    const file = await addText(workspace, base, 'devices.md', handbook(1050));
    expect(file.embedding_usage).toMatchObject({ calls: 11, cost_usd: null });
    const queue = new HeldQueue();
    const send = (method: string, path: string, json?: unknown) =>
      requestWith(
        queue.bindings,
        method,
        `/api/v1${path}`,
        workspace.key,
        json === undefined ? {} : { json },
      );
    const search = async (query = 'warranty of device number77') => {
      const body = { query, mode: 'vector' };
      const answer = await workspace.post(`/knowledge-bases/${base}/search`, body);
      expect(answer.status).toBe(200);
      expect(answer.body.hits.length).toBeGreaterThan(0);
      return answer.body.hits as { chunk_id: string; text: string; file_name: string }[];
    };
    const made = await send('POST', `/knowledge-bases/${base}/embedding-migrations`, next);
    expect([made.status, made.body.status]).toEqual([202, 'building']);
    const path = `/embedding-migrations/${made.body.id}`;
    const again = await workspace.post(`/knowledge-bases/${base}/embedding-migrations`, next);
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
    expect((await workspace.post(`${path}/switch`)).status).toBe(409);
    expect((await workspace.post(`${path}/compare`, { queries: ['a'] })).status).toBe(409);

    // The message is lost; the outbox still has the job.
    const [lost] = queue.messages.splice(0);
    if (lost === undefined) throw new Error('no message was sent');
    await queue.deliver([lost]);
    expect((await workspace.get(path)).body).toMatchObject({
      status: 'building',
      chunks_done: 960,
    });
    // Meanwhile content changes: behind the cursor, before it, and new.
    const chunks = async (query: string) =>
      (await workspace.get(`/files/${file.id}/chunks?${query}`)).body.data;
    const [first, second] = await chunks('limit=2');
    const edit = { text: 'Zanzibar is an island with spices.' };
    expect((await workspace.patch(`/files/${file.id}/chunks/${first.id}`, edit)).status).toBe(200);
    expect((await workspace.delete(`/files/${file.id}/chunks/${second.id}`)).status).toBe(204);
    const added = { text: 'Quokkas live on Rottnest.' };
    expect((await workspace.post(`/files/${file.id}/chunks`, added)).status).toBe(201);
    await addText(workspace, base, 'lamps.md', handbook(3, 'lamp'));
    const gone = await addText(workspace, base, 'gone.md', handbook(3, 'gone'));
    expect((await workspace.delete(`/files/${gone.id}`)).status).toBe(204);
    await vi.waitUntil(async () => (await countChunks(base)) === 1053, { timeout: 150_000 });

    await queue.drain(async () => void (await search()));
    const built = (await workspace.get(path)).body;
    expect(built).toMatchObject({ status: 'ready', progress: 1, error: null });
    expect(built.usage.tokens).toBeGreaterThan(10_000);
    expect(await countVectors(`${base}:1`)).toBe(1053);
    expect(await countVectors(base)).toBe(1053);

    const compared = await workspace.post(`${path}/compare`, {
      queries: ['warranty of device number7', 'Zanzibar island', added.text],
    });
    expect(compared.status, JSON.stringify(compared.body)).toBe(200);
    expect(compared.body.query_count).toBe(3);
    expect(compared.body.queries[2]).toMatchObject({ is_top_hit_changed: false });
    expect(compared.body.overlap).toBeGreaterThan(0);
    expect((await workspace.post(`${path}/compare`, {})).status).toBe(409);

    const get = async () => (await workspace.get(`/knowledge-bases/${base}`)).body;
    const before = await get();
    expect(before).toMatchObject(former);
    expect(before.embedding_usage.tokens).toBeGreaterThan(
      file.embedding_usage.tokens + built.usage.tokens,
    );
    const texts = ['Zanzibar island with spices', added.text, 'warranty of lamp number2'];
    const starts = ['Zanzibar', 'Quokkas', 'The warranty of lamp number2'];
    const expectFound = async () => {
      for (const [index, query] of texts.entries()) {
        const found = (await search(query)).map(({ text }) => text);
        expect(found.slice(0, 3).some((text) => text.includes(starts[index] ?? '?'))).toBe(true);
      }
    };
    expect((await workspace.post(`${path}/switch`)).body.status).toBe('switched');
    expect(await get()).toMatchObject(next);
    await expectFound();
    await addText(workspace, base, 'kept.txt', 'Marmots whistle in the Alps.');
    expect((await workspace.post(`${path}/cancel`)).status).toBe(409);
    expect((await workspace.post(`${path}/switch-back`)).body.status).toBe('ready');
    expect(await get()).toMatchObject(former);
    await expectFound();
    expect((await search('Marmots whistle'))[0]?.file_name).toBe('kept.txt');

    expect((await workspace.post(`${path}/switch`)).body.status).toBe('switched');
    expect((await send('POST', `${path}/complete`)).body.status).toBe('completing');
    await queue.drain(expectFound);
    expect((await workspace.get(path)).body.status).toBe('completed');
    expect(await countVectors(base)).toBe(0);
    expect(await countVectors(`${base}:1`)).toBe(1054);
    await expectFound();
    expect((await workspace.delete(`/knowledge-bases/${base}`)).status).toBe(204);
    await vi.waitUntil(async () => (await countVectors(`${base}:1`)) === 0, { timeout: 150_000 });
  });

  it('is cancelled without a trace, and the next one has a space of its own', async () => {
    const { workspace, base } = await open();
    await addText(workspace, base, 'lamps.md', handbook(5, 'lamp'));
    const path = `/knowledge-bases/${base}/embedding-migrations`;
    const until = (id: string, status: string) =>
      vi.waitUntil(
        async () => (await workspace.get(`/embedding-migrations/${id}`)).body.status === status,
        { timeout: 150_000 },
      );
    const { body: one } = await workspace.post(path, next);
    await until(one.id, 'ready');
    expect((await workspace.post(`/embedding-migrations/${one.id}/cancel`)).status).toBe(200);
    await until(one.id, 'cancelled');
    expect(await countVectors(`${base}:1`)).toBe(0);
    const { body: two } = await workspace.post(path, { embedding_model: 'builtin/lexical' });
    await until(two.id, 'ready');
    expect(await countVectors(`${base}:2`)).toBe(5);
    expect((await workspace.get(path)).body.data.map(({ id }: { id: string }) => id)).toEqual([
      two.id,
      one.id,
    ]);
  });

  it('fails with the reason when the new model fails, is resumed, and never holds up new files', async () => {
    const { workspace, base } = await open();
    await addText(workspace, base, 'lamps.md', handbook(5, 'lamp'));
    const queue = new HeldQueue();
    const path = `/knowledge-bases/${base}/embedding-migrations`;
    const broken = { embedding_model: 'mistral/mistral-embed' };
    await workspace.put('/providers/mistral', { api_key: 'k-0123456789' });
    const made = await requestWith(queue.bindings, 'POST', `/api/v1${path}`, workspace.key, {
      json: broken,
    });
    const one = `/embedding-migrations/${made.body.id}`;
    await workspace.delete('/providers/mistral');
    const file = await addText(workspace, base, 'new.txt', 'Marmots whistle in the Alps.');
    expect(file).toMatchObject({ status: 'ready' });
    const { body } = await workspace.get(one);
    expect(body).toMatchObject({ status: 'failed', error: { code: 'incomplete' } });
    expect((await workspace.post(`${one}/switch`)).status).toBe(409);
    const resumed = await requestWith(
      queue.bindings,
      'POST',
      `/api/v1${one}/resume`,
      workspace.key,
    );
    expect(resumed.body).toMatchObject({ status: 'building', chunks_done: 0, error: null });
    await queue.deliver(queue.messages.slice(-1));
    // No other attempt mends it.
    const failed = (await workspace.get(one)).body;
    expect([failed.status, failed.error.code]).toEqual(['failed', 'provider_not_configured']);
    expect(failed.error.detail).toContain('mistral');
    expect((await workspace.post(`${one}/cancel`)).body.status).toBe('cancelling');
  });

  it('is refused for the settings of the base, an unknown model, and a base of another workspace', async () => {
    const { workspace, base } = await open();
    const path = `/knowledge-bases/${base}/embedding-migrations`;
    for (const [input, pointer] of [
      [former, '/embedding_model'],
      [{ embedding_model: 'anthropic/claude-haiku-4-5' }, '/embedding_model'],
      [{ embedding_model: 'openai-compatible/next' }, '/dimensions'],
      [{ embedding_model: 'mistral/mistral-embed', dimensions: 5 }, '/dimensions'],
      [{ embedding_model: 'mistral/mistral-embed' }, '/embedding_model'],
    ] as const) {
      const { status, body } = await workspace.post(path, input);
      expect([status, body.errors[0].pointer]).toEqual([422, pointer]);
    }
    const stranger = await newWorkspace();
    expect((await stranger.post(path, next)).status).toBe(404);
    const { body } = await workspace.post(path, { ...former, query_prefix: 'Q: ' });
    expect(body.target).toMatchObject({ ...former, query_prefix: 'Q: ' });
    for (const verb of ['', '/switch', '/cancel', '/compare'])
      expect(
        (verb === ''
          ? await stranger.get(`/embedding-migrations/${body.id}`)
          : await stranger.post(
              `/embedding-migrations/${body.id}${verb}`,
              verb === '/compare' ? {} : undefined,
            )
        ).status,
      ).toBe(404);
  });
});
