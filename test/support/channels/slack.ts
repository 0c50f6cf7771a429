import type { Round } from '../provider/script.ts';
import { hmacHex, newChannel, type TestChannel } from './http.ts';

const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5';

export const newSlack = async (rounds: readonly Round[], config: object = {}) => {
  const channel = await newChannel(
    'slack',
    rounds,
    (site) => ({
      settings: { api_url: `${site.origin}/api` },
      credentials: { signing_secret: signingSecret, bot_token: 'xoxb-0123456789' },
    }),
    config,
  );
  const { site } = channel;
  const headers = { 'content-type': 'application/json' };
  const posted = JSON.stringify({ ok: true, channel: 'D1', ts: '1700000099.000100' });
  await site.answers('/api/chat.postMessage', { body: posted, headers });
  await site.answers('/api/chat.update', { body: posted, headers });
  return channel;
};

/** An `event_callback` of the Events API, as Slack sends it. */
export const eventOf = (event: object, event_id = 'Ev1') => ({
  token: 'deprecated',
  team_id: 'T1',
  api_app_id: 'A1',
  type: 'event_callback',
  event_id,
  event_time: 1700000001,
  authorizations: [{ enterprise_id: null, team_id: 'T1', user_id: 'UBOT', is_bot: true }],
  event,
});

export const direct = (text: string, ts: string, more: object = {}) => ({
  ...{ type: 'message', channel: 'D1', channel_type: 'im', user: 'U1', text, ts, team: 'T1' },
  ...more,
});

export async function sendEvent(
  { post }: Pick<TestChannel, 'post'>,
  body: object,
  {
    secret = signingSecret,
    at = Date.now(),
    headers = {},
  }: { secret?: string; at?: number; headers?: Record<string, string> } = {},
): Promise<Response> {
  const text = JSON.stringify(body);
  const time = String(Math.floor(at / 1000));
  return post(text, {
    'content-type': 'application/json',
    'x-slack-request-timestamp': time,
    'x-slack-signature': `v0=${await hmacHex(secret, `v0:${time}:${text}`)}`,
    ...headers,
  });
}

/** The texts that were shown in the end, without those of answers that were still being written. */
export async function answersOf({ site }: Pick<TestChannel, 'site'>): Promise<string[]> {
  const calls = await site.calls();
  return calls
    .filter(({ url }) => /\/chat\.(?:postMessage|update)$/.test(url))
    .map(({ body }) => (JSON.parse(body) as { text: string }).text)
    .filter((text) => !text.endsWith(' …'));
}
