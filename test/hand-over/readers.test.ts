import { describe, expect, it } from 'vitest';
import type { Workspace } from '../support/api.ts';
import { newChat } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';
import { newShareLink } from '../support/share-links.ts';

const says = (text: string): Round => ({
  text: [text],
  usage: { input_tokens: 10, output_tokens: 3 },
});

// biome-ignore lint/suspicious/noExplicitAny: tests look at the wire, whatever it is.
const read = async (as: Workspace, session: string): Promise<any[]> =>
  (await as.get(`/sessions/${session}/messages?limit=100`)).body.data.toReversed();

const textsOf = async (as: Workspace, session: string) =>
  (await read(as, session)).map(({ text }) => text);

/** A chat of an end user with a token, whose groups limit what is read. */
async function newTokenChat(rounds: Round[]) {
  const chat = await newChat({ rounds }, { session: { end_user_id: 'ann' } });
  const { body } = await chat.workspace.post('/end-user-tokens', {
    end_user_id: 'ann',
    agent_ids: [chat.agent],
  });
  return { ...chat, ann: chat.workspace.as(body.token) };
}

describe('the replies of a person', () => {
  it('are read by the end user, and do not hide the answers after them', async () => {
    const { workspace, session, ann } = await newTokenChat([says('Hello.'), says('Back again.')]);
    const send = (message: string) => ann.post(`/sessions/${session}/messages`, { message });
    await send('Hi');
    await workspace.post(`/sessions/${session}/hand-over`, {});
    await send('Where is it?');
    const reply = await workspace.post(`/sessions/${session}/replies`, { text: 'On its way.' });
    expect(reply.status).toBe(201);
    const before = ['Hi', 'Hello.', 'Where is it?', 'On its way.'];
    expect(await textsOf(ann, session)).toEqual(before);
    expect((await ann.get(`/messages/${reply.body.id}`)).body.text).toBe('On its way.');
    await workspace.post(`/sessions/${session}/hand-back`, {});
    expect((await send('Thanks')).body.text).toBe('Back again.');
    expect(await textsOf(ann, session)).toEqual([...before, 'Thanks', 'Back again.']);
  });

  it('are read by a visitor of a share link', async () => {
    const shared = await newShareLink();
    const { as, session } = await shared.visit();
    await as.post(`/sessions/${session}/messages`, { message: 'Hi' });
    await shared.workspace.post(`/sessions/${session}/hand-over`, {});
    await as.post(`/sessions/${session}/messages`, { message: 'Anybody?' });
    await shared.workspace.post(`/sessions/${session}/replies`, { text: 'A person here.' });
    expect(await textsOf(as, session)).toEqual([
      ...['Hi', 'Hello there.', 'Anybody?', 'A person here.'],
    ]);
  });

  it('are no run in a fork either', async () => {
    const chat = await newChat({ rounds: [says('Hello.')] });
    const { workspace, session } = chat;
    await chat.send({ message: 'Hi' });
    await workspace.post(`/sessions/${session}/hand-over`, {});
    await chat.send({ message: 'Anybody?' });
    const { body } = await workspace.post(`/sessions/${session}/replies`, { text: 'Yes.' });
    const fork = await workspace.post(`/sessions/${session}/fork`, { message_id: body.id });
    const copies = await read(workspace, fork.body.id);
    expect(copies.map(({ text, run_id }) => [text, run_id === null])).toEqual([
      ...[
        ['Hi', false],
        ['Hello.', false],
        ['Anybody?', true],
        ['Yes.', true],
      ],
    ]);
    expect(copies.at(-1)?.author).toEqual(body.author);
  });
});

describe('the messages of a visitor to a person', () => {
  it('count, and are refused past the limit of the link', async () => {
    const shared = await newShareLink({ max_messages_per_visitor: 3 });
    const { as, session } = await shared.visit();
    const send = () => as.post(`/sessions/${session}/messages`, { message: 'Hi' });
    await send();
    await shared.workspace.post(`/sessions/${session}/hand-over`, {});
    const sent = [await send(), await send(), await send()];
    expect(sent.map(({ status }) => status)).toEqual([200, 200, 403]);
    expect(sent[2]?.body.code).toBe('share_limit');
    const { statistics } = (await shared.workspace.get(`/share-links/${shared.link}`)).body;
    expect(statistics.messages).toBe(3);
  });
});
