import { describe, expect, it } from 'vitest';
import { failureOf, says, scene } from './support.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read request bodies of any shape.
type Sent = { readonly body: any };

describe('deleting a response in the middle of a chain', () => {
  it('erases its text and keeps the text of a forked session', async () => {
    const { client, workspace, model, scripted } = await scene({
      rounds: [says('Aye.')],
      repeat: true,
    });
    const first = await client.responses.create({ model, input: 'The xylophone question?' });
    const second = await client.responses.create({
      input: 'And then?',
      previous_response_id: first.id,
    });
    const { body: run } = await workspace.get(`/runs/${first.id.replace('resp_', 'run_')}`);
    const { data } = (await workspace.get(`/sessions/${run.session_id}/messages`)).body;
    const answer = data.find(({ seq }: { seq: number }) => seq === 2);
    const { body: fork } = await workspace.post(`/sessions/${run.session_id}/fork`, {
      message_id: answer.id,
    });
    await client.responses.delete(first.id);
    const textsOf = async (id: string) =>
      (await workspace.get(`/sessions/${id}/messages`)).body.data
        .map(({ text }: { text: string }) => text)
        .toReversed();
    expect(await textsOf(fork.id)).toEqual(['The xylophone question?', 'Aye.']);
    expect(await textsOf(run.session_id)).toEqual(['', '', 'And then?', 'Aye.']);
    expect((await workspace.get(`/sessions/${run.session_id}`)).body.title).toBeNull();
    await client.responses.create({ input: 'Continue.', previous_response_id: second.id });
    const { input } = ((await scripted.requests()).at(-1) as Sent).body;
    expect(JSON.stringify(input)).not.toContain('xylophone');
    expect(JSON.stringify(input)).not.toContain('"text":""');
  });
});

describe('a chain', () => {
  it('uses the version that a request names by label or number, otherwise the active version', async () => {
    const { client, workspace, agent_id, model, scripted } = await scene({
      rounds: [says('Aye.')],
      repeat: true,
    });
    await workspace.patch(`/agents/${agent_id}`, {
      config: { instructions: 'Use the second version.' },
    });
    const first = await client.responses.create({ model: `${model}@1`, input: 'Hello?' });
    const instructed = async () =>
      JSON.stringify(((await scripted.requests()).at(-1) as Sent).body).includes('second version');
    expect(await instructed()).toBe(false);
    const same = await client.responses.create({ input: 'Again?', previous_response_id: first.id });
    expect(await instructed()).toBe(false);
    await client.responses.create({ model, input: 'And now?', previous_response_id: same.id });
    expect(await instructed()).toBe(true);
    await client.responses.create({
      model: agent_id,
      input: 'By its id?',
      previous_response_id: same.id,
    });
    expect(await instructed()).toBe(true);
  });

  it('rejects another user or agent', async () => {
    const { client, workspace, model } = await scene({ rounds: [says('Aye.')], repeat: true });
    const first = await client.responses.create({ model, input: 'Hello?', user: 'alice' });
    const more = { input: 'Again?', previous_response_id: first.id };
    expect((await failureOf(client.responses.create({ ...more, user: 'bob' }))).param).toBe('user');
    expect((await client.responses.create({ ...more, user: 'alice' })).status).toBe('completed');
    const other = (
      await workspace.post('/agents', { name: 'Other', slug: `other-${crypto.randomUUID()}` })
    ).body;
    expect((await failureOf(client.responses.create({ ...more, model: other.slug }))).param).toBe(
      'model',
    );
  });

  it('accepts the `include` list that the client sends', async () => {
    const { client, model } = await scene({ rounds: [says('Aye.')] });
    const { id } = await client.responses.create({ model, input: 'Hello?' });
    const include: ('reasoning.encrypted_content' | 'message.output_text.logprobs')[] = [
      'reasoning.encrypted_content',
      'message.output_text.logprobs',
    ];
    expect((await client.responses.retrieve(id, { include })).id).toBe(id);
  });
});
