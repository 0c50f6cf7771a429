import { env } from 'cloudflare:workers';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { addOrderTools, asks, deletedAt, orderTools, remove, says } from '../../support/orders.ts';
import type { Site } from '../../support/outbound.ts';
import type { Round } from '../../support/provider/script.ts';
import { clientOf, failureOf, type Scene, scene } from './support.ts';

type Input = Exclude<OpenAI.Responses.ResponseCreateParams['input'], string | undefined>;
type Request = OpenAI.Responses.ResponseOutputItem.McpApprovalRequest;

/** An agent that deletes orders once a person has approved it. */
async function desk(rounds: readonly Round[], config = {}): Promise<Scene & { site: Site }> {
  const made = await scene({ rounds }, config);
  const site = await addOrderTools(made.workspace);
  const { status } = await made.workspace.patch(`/agents/${made.agent_id}`, {
    config: { tools: orderTools },
  });
  expect(status).toBe(200);
  return { ...made, site };
}

const requestsIn = ({ output }: OpenAI.Responses.Response): Request[] =>
  output.filter((item) => item.type === 'mcp_approval_request');
const answers = (response: OpenAI.Responses.Response, approve = true, more = {}): Input =>
  requestsIn(response).map(({ id }) => ({
    ...{ type: 'mcp_approval_response', approval_request_id: id, approve },
    ...more,
  }));
const input = 'Cancel order 7.';

describe('a response whose agent needs an approval', () => {
  it('ends with the request, and the decision continues it in the next response (R41)', async () => {
    const { client, model, site, workspace } = await desk([asks(remove), says]);
    const once = { headers: { 'idempotency-key': crypto.randomUUID() } };
    const first = await client.responses.create({ model, input }, once);
    expect(first).toMatchObject({ status: 'completed', output_text: 'One moment.' });
    expect(requestsIn(first)).toEqual([
      {
        type: 'mcp_approval_request',
        id: expect.stringMatching(/^mcpr_/),
        server_label: 'agentgrid',
        name: 'delete_order',
        arguments: '{"order":"7"}',
      },
    ]);
    expect(await client.responses.retrieve(first.id)).toEqual(first);
    expect(await site.calls()).toEqual([]);
    const previous_response_id = first.id;
    const decided = { previous_response_id, input: answers(first) };
    const second = await client.responses.create(decided);
    expect(second).toMatchObject({
      ...{ id: `${first.id}_1`, previous_response_id, status: 'completed' },
      ...{ output_text: 'Done.', usage: { input_tokens: 20, output_tokens: 7 } },
    });
    expect(first.usage).toMatchObject({ input_tokens: 10, output_tokens: 5 });
    expect(await deletedAt(site)).toHaveLength(1);
    // Both remain readable, the same decision again changes nothing, and another one comes too late.
    expect(await client.responses.retrieve(first.id)).toEqual(first);
    expect(await client.responses.retrieve(second.id)).toEqual(second);
    expect(await client.responses.create(decided)).toEqual(second);
    expect(await client.responses.create({ model, input }, once)).toEqual(first);
    const late = { previous_response_id, input: answers(first, false) };
    expect((await failureOf(client.responses.create(late))).status).toBe(409);
    expect(await deletedAt(site)).toHaveLength(1);
    const { data } = await client.responses.inputItems.list(second.id);
    expect(data).toMatchObject([{ type: 'mcp_approval_response', approve: true }]);
    const { data: ofRun } = (await workspace.get('/approvals')).body;
    expect(ofRun).toMatchObject([{ status: 'approved' }]);
  });

  it('continues a conversation and a chain after the decision, and no earlier', async () => {
    const { client, model, site } = await desk([asks(remove), says, says]);
    const { id: conversation } = await client.conversations.create();
    const first = await client.responses.create({ model, input, conversation });
    const [request] = requestsIn(first);
    const pending = await client.conversations.items.list(conversation, { order: 'asc' });
    expect(pending.data.map(({ type }) => type)).toEqual(['message', 'mcp_approval_request']);
    for (const place of [{ conversation }, { previous_response_id: first.id }]) {
      const early = await failureOf(client.responses.create({ input: 'Hello?', ...place }));
      expect([early.status, early.message]).toEqual([
        400,
        expect.stringContaining(request?.id ?? ''),
      ]);
    }
    const [decision] = answers(first) as [Input[number]];
    const item = await failureOf(
      client.conversations.items.create(conversation, { items: [decision] }),
    );
    expect([item.status, item.param]).toEqual([400, 'items[0]']);
    const second = await client.responses.create({
      conversation,
      input: answers(first, false, { reason: 'Not paid.' }),
    });
    expect(second.output_text).toBe('Done.');
    expect(await site.calls()).toEqual([]);
    const { message } = await failureOf(
      client.responses.create({ previous_response_id: first.id, input: 'Hello?' }),
    );
    expect(message).toContain(`continue from ${second.id}`);
    const third = await client.responses.create({
      previous_response_id: second.id,
      input: 'Thanks.',
    });
    expect(third.output_text).toBe('Done.');
  });

  it('streams both parts, also again from storage and in the background', async () => {
    const { client, model, site } = await desk([asks(remove), asks({ ...remove, id: 'b' }), says]);
    const events = async (stream: AsyncIterable<OpenAI.Responses.ResponseStreamEvent>) => {
      const all: OpenAI.Responses.ResponseStreamEvent[] = [];
      for await (const event of stream) all.push(event);
      expect(all.map(({ sequence_number }) => sequence_number)).toEqual(all.map((_, at) => at));
      return all;
    };
    const one = await events(await client.responses.create({ model, input, stream: true }));
    const last = one.at(-1);
    if (last?.type !== 'response.completed') throw new Error(`ended with ${last?.type}`);
    const added = one.filter(({ type }) => type === 'response.output_item.added');
    expect(added).toMatchObject([
      { item: { type: 'message' } },
      { item: requestsIn(last.response)[0] },
    ]);
    const first = last.response;
    expect((await client.responses.retrieve(first.id)).output).toEqual(first.output);
    const two = await events(
      await client.responses.create({ input: answers(first), stream: true }),
    );
    const second = (two.at(-1) as typeof last).response;
    expect([two[0]?.type, second.id, second.output_text ?? second.output[0]]).toEqual([
      'response.created',
      `${first.id}_1`,
      expect.objectContaining({
        type: 'message',
        content: [expect.objectContaining({ text: 'One moment.' })],
      }),
    ]);
    const third = await client.responses.create({ input: answers(second), background: true });
    expect(third.id).toBe(`${first.id}_2`);
    const live = await events(await client.responses.retrieve(third.id, { stream: true }));
    expect((live.at(-1) as typeof last).response.output_text ?? live.at(-1)).toMatchObject({
      response: { id: third.id, output: [{ content: [{ text: 'Done.' }] }] },
    });
    expect(await events(await client.responses.retrieve(first.id, { stream: true }))).toEqual(one);
    expect(await events(await client.responses.retrieve(second.id, { stream: true }))).toEqual(two);
    expect(await deletedAt(site)).toHaveLength(2);
  });
});

describe('decisions of a request', () => {
  it('are those of all calls that wait, alone and about what was shown', async () => {
    const twin = { ...remove, id: 'call_2', arguments: { order: '8' } };
    const { client, model, site, workspace } = await desk([
      ...[asks(remove, twin), says, says, asks({ ...remove, id: 'c' })],
    ]);
    const first = await client.responses.create({ model, input });
    const both = answers(first);
    const [one, two] = both as [Input[number], Input[number]];
    const other = await client.responses.create({ model, input: 'Hello?' });
    const elsewhere = await client.conversations.create();
    const say = { role: 'user' as const, content: 'And order 9.' };
    const refused = async (more: OpenAI.Responses.ResponseCreateParamsNonStreaming) => {
      const { status, param } = await failureOf(client.responses.create(more));
      return [status, param];
    };
    const previous_response_id = first.id;
    expect(await refused({ input: [one] })).toEqual([400, 'input']);
    expect(await refused({ input: [...both, say] })).toEqual([400, 'input[0]']);
    expect(await refused({ input: [say, ...both], previous_response_id })).toEqual([
      400,
      'input[0]',
    ]);
    expect(await refused({ input: [...both, one] })).toEqual([400, 'input[2]']);
    expect(await refused({ input: both, store: false })).toEqual([400, 'store']);
    expect(await refused({ input: both, user: 'bob' })).toEqual([400, 'user']);
    expect(await refused({ input: both, previous_response_id: other.id })).toEqual([
      400,
      'previous_response_id',
    ]);
    expect(await refused({ input: both, conversation: elsewhere.id })).toEqual([
      400,
      'conversation',
    ]);
    const unknown = {
      ...one,
      approval_request_id: 'mcpr_01kajv2q5ve0mt8h2vj3c6x7ra',
    } as Input[number];
    expect(await refused({ input: [two, unknown] })).toEqual([400, 'input[1].approval_request_id']);
    const changed = requestsIn(first).map((item) => ({ ...item, arguments: '{"order":"9"}' }));
    expect(await refused({ input: [...changed, ...both] })).toEqual([409, null]);
    const broken = requestsIn(first).map((item) => ({ ...item, arguments: '{' }));
    expect(await refused({ input: [...broken, ...both] })).toEqual([400, 'input[2]']);
    const stranger = await desk([]);
    const foreign = await failureOf(stranger.client.responses.create({ input: both }));
    expect([foreign.status, foreign.param]).toEqual([400, 'input[0].approval_request_id']);
    const runtime = clientOf(await workspace.withRole('runtime').then(({ key }) => key));
    expect((await failureOf(runtime.responses.create({ input: both }))).status).toBe(400);
    expect(await site.calls()).toEqual([]);
    // Clients without a stored chain send the whole history, with the requests.
    const history: Input = [
      ...[
        { role: 'user' as const, content: input },
        { role: 'assistant' as const, content: 'One moment.' },
      ],
      ...requestsIn(first).flatMap((item, index) => [item, both[index] ?? item]),
    ];
    const done = await client.responses.create({ model, input: history });
    expect(done.output_text).toBe('Done.');
    expect(await deletedAt(site)).toHaveLength(2);
    const next = await client.responses.create({ model, input: [...history, say] });
    expect(requestsIn(next)).toHaveLength(1);
  });

  it('need the role, and come too late after the end of the run', async () => {
    const { client, model, site, workspace, agent_id } = await desk([
      asks(remove),
      asks(remove),
      asks(remove),
    ]);
    const runtime = clientOf(await workspace.withRole('runtime').then(({ key }) => key));
    const own = await runtime.responses.create({ model, input });
    expect((await failureOf(runtime.responses.create({ input: answers(own) }))).status).toBe(403);
    await client.responses.cancel(own.id);
    expect((await client.responses.retrieve(own.id)).status).toBe('cancelled');
    expect((await failureOf(client.responses.create({ input: answers(own) }))).status).toBe(409);
    const late = await client.responses.create({ model, input });
    await env.DB.prepare('update runs set expires_at = 1 where agent_id = ?').bind(agent_id).run();
    const failure = await failureOf(client.responses.create({ input: answers(late) }));
    expect(failure.message).toContain('expired');
    // An unstored response cannot wait: the model reads that the call needs a person.
    const gone = await client.responses.create({ model, input, store: false }).catch(() => null);
    expect(gone === null || requestsIn(gone).length === 0).toBe(true);
    expect(await site.calls()).toEqual([]);
  });
});
