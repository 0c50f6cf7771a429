import { abortAllDurableObjects } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { type Chat, type Frame, newChat, openStream, readFrames, runOf } from '../support/chat.ts';
import { asks, locate, pick, result, says, tools } from '../support/waiting.ts';

const attach = async ({ workspace }: Chat, run: string, after = 0): Promise<Frame[]> => {
  const headers: Record<string, string> = after === 0 ? {} : { 'last-event-id': String(after) };
  return readFrames(await openStream(workspace, 'GET', `/runs/${run}/events`, { headers }));
};
const submit = async ({ workspace }: Chat, run: string, actions: object[]): Promise<Frame[]> =>
  readFrames(await openStream(workspace, 'POST', `/runs/${run}/actions`, { json: { actions } }));
const typesOf = (frames: readonly Frame[]) => frames.map(({ data }) => data.type);
const idsOf = (frames: readonly Frame[]) => frames.map(({ id }) => id);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('the stream of a run that waits', () => {
  it('ends with the required actions, and continues after them with rising ids', async () => {
    const chat = await newChat({ rounds: [asks(locate), says] });
    const first = await readFrames(await chat.stream({ message: 'Where?', tools }));
    expect(typesOf(first.slice(-4))).toEqual([
      'tool-input-available',
      'data-run',
      'finish-step',
      'finish',
    ]);
    expect(first.at(-4)?.data).toEqual({
      type: 'tool-input-available',
      toolCallId: 'call_1',
      toolName: 'get_location',
      input: { precise: true },
    });
    expect(first.at(-3)?.data.data).toMatchObject({
      status: 'requires_action',
      required_actions: [{ tool_call_id: 'call_1' }],
    });
    expect(first.at(-1)?.data.finishReason).toBe('tool-calls');
    const run = runOf(first);
    const second = await submit(chat, run, [result()]);
    expect(typesOf(second)).toEqual([
      'start',
      'data-run',
      'tool-output-available',
      'start-step',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'data-run',
      'finish-step',
      'finish',
    ]);
    expect(second[0]?.data.messageId).toBe(first[0]?.data.messageId);
    const all = [...first, ...second];
    expect(idsOf(all)).toEqual(upTo(all.length));
    expect(await attach(chat, run)).toEqual(all);
    for (const after of upTo(all.length))
      expect(await attach(chat, run, after)).toEqual(all.slice(after));
    // The same results again, after the end.
    expect(await submit(chat, run, [result()])).toEqual(second);
  });

  it('is resumed by Last-Event-ID while the run waits, by a new host', async () => {
    const chat = await newChat({ rounds: [asks(locate), says] });
    const first = await readFrames(await chat.stream({ message: 'Where?', tools }));
    const run = runOf(first);
    for (const isCold of [false, true]) {
      if (isCold) await abortAllDurableObjects();
      expect(await attach(chat, run)).toEqual(first);
      expect(await attach(chat, run, 3)).toEqual(first.slice(3));
      expect(await attach(chat, run, first.length)).toEqual([]);
    }
    const headers = { 'last-event-id': String(first.length + 1) };
    const gone = await chat.workspace.get(`/runs/${run}/events`, { headers });
    expect([gone.status, gone.body.code]).toEqual([410, 'events_gone']);
    await abortAllDurableObjects();
    const second = await submit(chat, run, [result()]);
    expect(idsOf([...first, ...second])).toEqual(upTo(first.length + second.length));
    await abortAllDurableObjects();
    expect(await attach(chat, run)).toEqual([...first, ...second]);
  });

  it('contains partial results and the actions still required', async () => {
    const chat = await newChat({ rounds: [asks(locate, pick), says] });
    const first = await readFrames(await chat.stream({ message: 'Where?', tools }));
    const run = runOf(first);
    const partial = await submit(chat, run, [result('call_2', 'red')]);
    expect(typesOf(partial)).toEqual(['tool-output-available', 'data-run', 'finish']);
    expect(partial[1]?.data.data.required_actions).toMatchObject([{ tool_call_id: 'call_1' }]);
    expect(await submit(chat, run, [result('call_2', 'red')])).toEqual(partial);
    const rest = await submit(chat, run, [
      { type: 'tool_result', tool_call_id: 'call_1', error: 'No.' },
    ]);
    expect(typesOf(rest.slice(0, 3))).toEqual(['start', 'data-run', 'tool-output-error']);
    const all = [...first, ...partial, ...rest];
    expect(idsOf(all)).toEqual(upTo(all.length));
    expect(await attach(chat, run)).toEqual(all);
    expect(await submit(chat, run, [result('call_2', 'red')])).toEqual([...partial, ...rest]);
  });

  it('keeps texts only until the end without content logging', async () => {
    const chat = await newChat({ rounds: [asks(locate), says] });
    await chat.workspace.patch('/workspace', { content_logging: false });
    const first = await readFrames(await chat.stream({ message: 'Where?', tools }));
    const run = runOf(first);
    await abortAllDurableObjects();
    expect(await attach(chat, run)).toEqual(first);
    expect(typesOf(await submit(chat, run, [result()])).at(-1)).toBe('finish');
    const { steps } = (await chat.workspace.get(`/runs/${run}`)).body;
    expect(JSON.stringify(steps)).not.toContain('Zurich');
  });
});
