import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { hmacHex } from '../support/channels/http.ts';
import { lineKinds, newLine } from '../support/channels/lines.ts';
import type { Round } from '../support/provider/script.ts';
import { countRows } from '../support/rows.ts';

const says = (text: string): Round => ({ text: [text] });

/** The credential by which each kind knows its requests, and another value for it. */
const replaced = {
  slack: { signing_secret: 'slack-signing-secret-2' },
  telegram: { secret_token: 'telegram-secret-token-2' },
  email: { secret: 'mail-provider-secret-2' },
  whatsapp: { app_secret: 'whatsapp-app-secret-2' },
  webhook: { secret: 'webhook-channel-secret-2' },
};

describe.each(lineKinds)('a request to a %s channel', (kind) => {
  it('with another secret or changed bytes is refused, and stores nothing', async () => {
    const line = await newLine(kind, []);
    const wrong = { ...line.credentials, ...replaced[kind] };
    expect(await line.say({ order: 1, text: 'Hi' }, { credentials: wrong })).toBe(401);
    if (kind !== 'telegram')
      expect(await line.say({ order: 1, text: 'Hi' }, { change: (body) => `${body} ` })).toBe(401);
    await line.settle();
    expect(await countRows('channel_messages', line.workspace.id)).toBe(0);
  });

  it('is accepted by the former and the new secret while they overlap, and its answer is sent once', async () => {
    const line = await newLine(kind, [says('One.'), says('Two.'), says('Three.')]);
    const path = `/channels/${line.channel.id}`;
    const credentials = { ...line.credentials, ...replaced[kind] };
    await line.say({ order: 1, text: 'Under way' });
    const rotate = (overlap_hours?: number) =>
      line.workspace.patch(path, { credentials: replaced[kind], overlap_hours });
    // A client that does not know whether it succeeded repeats it.
    for (const _ of [1, 2]) expect((await rotate()).status).toBe(200);
    await line.settle();
    expect(await line.say({ order: 2, text: 'Former' })).toBe(200);
    expect(await line.say({ order: 3, text: 'New' }, { credentials })).toBe(200);
    expect(await line.say({ order: 3, text: 'New' })).toBe(200);
    await line.settle();
    expect(await line.shown()).toEqual(['One.', 'Two.', 'Three.']);
    expect((await rotate(0)).status).toBe(200);
    expect(await line.say({ order: 4, text: 'Too late' })).toBe(401);
    expect(await line.say({ order: 3, text: 'New' }, { credentials })).toBe(200);
  });

  it('is read in the order of its messages, each once', async () => {
    const rounds = [1, 2, 3, 4].map((number) => says(`Answer ${number}.`));
    const line = await newLine(kind, rounds);
    for (const order of [4, 2, 3, 2, 1, 4]) await line.say({ order, text: `Question ${order}` });
    await line.settle();
    expect(await line.shown()).toEqual([1, 2, 3, 4].map((number) => `Answer ${number}.`));
    const [session, ...more] = await line.sessions();
    expect(more).toEqual([]);
    const { data } = (await line.workspace.get(`/sessions/${session.id}/messages`)).body;
    const asked = data.filter(({ role }: { role: string }) => role === 'user').toReversed();
    expect(asked.map(({ text }: { text: string }) => /Question \d/.exec(text)?.[0])).toEqual(
      [1, 2, 3, 4].map((number) => `Question ${number}`),
    );
  });

  it('reaches a person, whose reply reaches the user, and then the agent again', async () => {
    const line = await newLine(kind, [says('Hello.'), says('Back.')]);
    const { workspace } = line;
    await line.say({ order: 1, text: 'Hi' });
    await line.settle();
    const [{ id }] = await line.sessions();
    await workspace.post(`/sessions/${id}/hand-over`, {});
    for (const _ of [1, 2]) await line.say({ order: 2, text: 'A person, please' });
    await line.settle();
    const [item] = (await workspace.get('/inbox')).body.data;
    expect(item).toMatchObject({
      ...{ unread_count: 1, session_id: id, last_message: { text: 'A person, please' } },
    });
    const member = await workspace.withRole('editor');
    await member.post(`/sessions/${id}/replies`, { text: 'It is me.', author_name: 'Maria' });
    await line.settle();
    await member.post(`/sessions/${id}/hand-back`, { summary: 'All is well.' });
    await line.say({ order: 3, text: 'Thanks' });
    await line.settle();
    expect(await line.shown()).toEqual(['Hello.', 'It is me.', 'Back.']);
  });

  it('is accepted at most once while several processes work on it', async () => {
    const line = await newLine(kind, [says('Once.')]);
    await Promise.all([1, 2, 3].map(() => line.say({ order: 1, text: 'Hi' })));
    await Promise.all([line.settle(), line.settle(), line.settle()]);
    await line.settle();
    expect(await line.shown()).toEqual(['Once.']);
  });
});

describe.each(['slack', 'email', 'webhook'] as const)('a signature of %s', (kind) => {
  it.each([-6, 6])('that is %i minutes away is refused', async (minutes) => {
    const line = await newLine(kind, []);
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now + minutes * 60_000);
    const sent = await line.sign({ order: 1, text: 'Hi' }).finally(() => clock.mockRestore());
    expect(await line.send(sent)).toBe(401);
  });
});

describe('a webhook channel', () => {
  it('signs with both secrets while they overlap', async () => {
    const line = await newLine('webhook', [says('Hello.')]);
    const path = `/channels/${line.channel.id}`;
    await line.workspace.patch(path, { credentials: replaced.webhook });
    await line.say({ order: 1, text: 'Hi' });
    await line.settle();
    const [{ body = '', headers = {} } = {}] = await line.calls();
    const [t = '', ...signatures] = (headers['agentgrid-signature'] ?? '').split(',');
    const text = `${t.slice(2)}.${body}`;
    expect(signatures).toEqual([
      `v1=${await hmacHex(replaced.webhook.secret, text)}`,
      `v1=${await hmacHex(line.credentials.secret ?? '', text)}`,
    ]);
  });
});

describe('the credentials of a channel', () => {
  it('are used after the encryption key was replaced, also for a message that was under way', async () => {
    const line = await newLine('telegram', [says('One.'), says('Two.')]);
    await line.say({ order: 1, text: 'Under way' });
    const next = `${env.ENCRYPTION_KEYS},3:${btoa('encryption-key-three-of-tests!!!')}`;
    const bindings = { ENCRYPTION_KEYS: next };
    await line.settle(bindings);
    expect(await line.say({ order: 2, text: 'After' }, { bindings })).toBe(200);
    await line.settle(bindings);
    expect(await line.shown()).toEqual(['One.', 'Two.']);
  });
});
