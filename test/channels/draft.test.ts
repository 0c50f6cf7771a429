import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { ChannelAdapter } from '../../src/channels/adapter.ts';
import { slack } from '../../src/channels/adapters/slack.ts';
import { SendError } from '../../src/channels/call-api.ts';
import { Draft } from '../../src/channels/outgoing/draft.ts';
import type { ThreadRow } from '../../src/channels/store.ts';
import { newId } from '../../src/shared/id.ts';
import { contextOf } from '../llm/support.ts';
import { direct, eventOf, newSlack, sendEvent } from '../support/channels/slack.ts';
import { atRest } from '../support/resources.ts';

/** A draft in a real thread, with a clock and a service of its own. */
async function newDraft(refuse: (call: string) => SendError | null = () => null) {
  const channel = await newSlack([{ text: ['Hi.'] }]);
  await sendEvent(channel, eventOf(direct('Hi', '1700000001.000100')));
  await atRest(channel.workspace.id);
  const thread = (await env.DB.prepare('select * from channel_threads where channel_id = ?')
    .bind(channel.id)
    .first()) as unknown as ThreadRow;
  let now = Date.now();
  const calls: string[] = [];
  const record = async (call: string) => {
    const error = refuse(call);
    if (error !== null) throw error;
    calls.push(call);
  };
  const adapter: ChannelAdapter = {
    ...slack,
    max_chars: 20,
    send: async (_ctx, _channel, { text }) => {
      await record(`send ${text}`);
      return 'ts1';
    },
    update: (_ctx, _channel, { text }, id) => record(`update ${id} ${text}`),
  };
  const ctx = { ...contextOf(channel.workspace), now: () => now };
  const open = { id: channel.id, settings: {}, credentials: {}, former: null };
  const draft = new Draft(ctx, adapter, open, { ...thread, target: {} }, newId('run'));
  const show = async (text: string, after_ms: number) => {
    now += after_ms;
    draft.show(text);
    await draft.end();
  };
  return { calls, show };
}

describe('the draft of an answer', () => {
  it('is sent after a while, replaced at most once in an interval, and cut to the limit', async () => {
    const { calls, show } = await newDraft();
    await show('One', 0);
    await show('One two', 1000);
    await show('One two three', 600);
    await show('One two three four', 1000);
    await show('One two three four five six', 600);
    expect(calls).toEqual(['send One two three …', 'update ts1 One two three four …']);
  });

  it('waits as long as the service says', async () => {
    let isLimited = true;
    const { calls, show } = await newDraft(() =>
      isLimited ? new SendError('Too many.', { retry_after_s: 30 }) : null,
    );
    await show('One', 0);
    await show('Two', 2000);
    isLimited = false;
    await show('Three', 20_000);
    expect(calls).toEqual([]);
    await show('Four', 11_000);
    expect(calls).toEqual(['send Four …']);
  });
});
