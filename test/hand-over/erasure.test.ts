import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { request } from '../support/api.ts';
import { newChat } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';
import { found, scan } from '../support/scan.ts';

const says = (...text: string[]): Round => ({
  text,
  usage: { input_tokens: 10, output_tokens: 3 },
});

/** Where a word is stored, besides the segments of the keyword index, which are merged in the course of time. */
const placesOf = async (word: string): Promise<readonly string[]> =>
  found(new Map([...(await scan())].filter(([place]) => !place.includes('messages_fts'))), [word]);

/** A conversation that was handed over with a message that a person has summarized, by rule, when handing it back. */
async function handedBack(secret: string) {
  const chat = await newChat({ rounds: [says('Hello.'), says('Back.'), says('Fine.')] });
  const { workspace, agent } = chat;
  const post = (path: string, json: object) =>
    request('POST', `/v1${path}`, workspace.key, { json });
  const conversation = (await post('/conversations', {})).body.id as string;
  const ask = (input: string) => post('/responses', { model: agent, conversation, input });
  await ask('Hi');
  const session = conversation.replace('conv_', 'ses_');
  await workspace.post(`/sessions/${session}/hand-over`, {});
  await ask(`I live in ${secret} and my order is 4711.`);
  await workspace.post(`/sessions/${session}/hand-back`, {});
  const items = async () =>
    (await request('GET', `/v1/conversations/${conversation}/items?order=asc`, workspace.key)).body
      .data;
  return { ...chat, conversation, session, ask, items };
}

describe('a message to a person that is erased', () => {
  it('is no longer in the summary that the agent reads, nor in any store (R77)', async () => {
    const secret = crypto.randomUUID().replaceAll('-', '');
    const { workspace, provider, conversation, session, ask, items } = await handedBack(secret);
    const note = await env.DB.prepare('select hand_back_note as text from sessions where id = ?')
      .bind(session)
      .first<{ text: string }>();
    expect(note?.text).toContain(secret);
    const [, , question] = await items();
    expect(question.content[0].text).toContain(secret);
    const erased = await request(
      'DELETE',
      `/v1/conversations/${conversation}/items/${question.id}`,
      workspace.key,
    );
    expect(erased.status, JSON.stringify(erased.body)).toBe(200);
    expect((await ask('Where do I live?')).status).toBe(200);
    expect(JSON.stringify((await provider.requests()).at(-1))).not.toContain(secret);
    expect(await placesOf(secret)).toEqual([]);
  });
});

describe('a response that is erased', () => {
  it('takes the note of the agent to the person with it (R77)', async () => {
    const secret = crypto.randomUUID().replaceAll('-', '');
    const input = { reason: secret, note: secret };
    const chat = await newChat(
      {
        rounds: [
          says('Hello.'),
          { tool_calls: [{ id: 'c', name: 'hand_over', arguments: input }] },
          says('A colleague will reply.'),
        ],
      },
      { config: { tools: ['hand_over'] } },
    );
    const { workspace, agent } = chat;
    const ask = (json: object) =>
      request('POST', '/v1/responses', workspace.key, { json: { model: agent, ...json } });
    const first = await ask({ input: 'Hi' });
    const handed = await ask({ input: `I am ${secret}.`, previous_response_id: first.body.id });
    expect(handed.status, JSON.stringify(handed.body)).toBe(200);
    expect((await workspace.get('/inbox')).body.data[0].note).toBe(secret);
    const erased = await request('DELETE', `/v1/responses/${handed.body.id}`, workspace.key);
    expect(erased.status, JSON.stringify(erased.body)).toBe(200);
    expect((await workspace.get('/inbox')).body.data[0].note).toBeNull();
    expect(await placesOf(secret)).toEqual([]);
  });
});
