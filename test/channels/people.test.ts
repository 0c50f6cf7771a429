import { describe, expect, it, vi } from 'vitest';
import { signWebhook } from '../../src/platform/webhook.ts';
import { newChannel, type TestChannel } from '../support/channels/http.ts';
import { atRest } from '../support/resources.ts';

const secret = 'webhook-secret-0123456789';

async function newWebhook(config: object = {}) {
  const rounds = Array.from({ length: 8 }, () => ({ text: ['Noted.'] }));
  const given = ({ origin }: { origin: string }) => ({
    settings: { api_url: `${origin}/answers` },
    credentials: { secret },
  });
  const channel = await newChannel('webhook', rounds, given, config);
  await channel.site.answers('/answers', { body: '{}' });
  return channel;
}

let messages = 0;

async function write({ post, workspace }: TestChannel, user_id: string, text: string) {
  messages += 1;
  const body = JSON.stringify({ id: `m${messages}`, thread_id: 'team', user_id, text });
  const headers = { 'agentgrid-signature': await signWebhook([secret], body, Date.now()) };
  const { status } = await post(body, { 'content-type': 'application/json', ...headers });
  expect(status).toBe(200);
  await atRest(workspace.id);
}

describe('people who write in one thread', () => {
  it('have sessions and memories of their own (R48)', async () => {
    const channel = await newWebhook({ memory: { remember: true } });
    const { workspace } = channel;
    await write(channel, 'ann', 'My name is Ann.');
    await write(channel, 'bob', 'My name is Bob.');
    await write(channel, 'ann', 'I live in Bern.');
    const { data } = (await workspace.get('/sessions')).body;
    const owners = data.map(({ end_user_id }: { end_user_id: string }) => end_user_id);
    expect(owners.toSorted()).toEqual(['webhook:ann', 'webhook:bob']);
    const known = async (id: string) =>
      (await workspace.get(`/end-users/${id}/memories`)).body.data
        .map(({ text }: { text: string }) => text)
        .toSorted();
    await vi.waitFor(
      async () =>
        expect([await known('webhook:ann'), await known('webhook:bob')]).toEqual([
          ['I live in Bern.', 'My name is Ann.'],
          ['My name is Bob.'],
        ]),
      { timeout: 150_000, interval: 50 },
    );
  });
});

describe('an end user of a channel', () => {
  it('can be found and erased by the API, whatever the channel calls them, and is nobody else (R77)', async () => {
    const channel = await newWebhook();
    const { workspace } = channel;
    const names = ['Jörg Müller', 'J%C3%B6rg M%C3%BCller', `${'x'.repeat(199)}1`];
    for (const name of [...names, `${'x'.repeat(199)}2`]) await write(channel, name, 'Hello');
    const { data } = (await workspace.get('/end-users')).body;
    const ids: string[] = data.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(ids).toContain('webhook:J%C3%B6rg%20M%C3%BCller');
    for (const id of ids) {
      const path = `/end-users/${encodeURIComponent(id)}`;
      expect((await workspace.get(path)).body.session_count, id).toBe(1);
      expect((await workspace.delete(path)).status, id).toBe(202);
    }
  });
});
