import { z } from '@hono/zod-openapi';
import type { Ctx } from '../../platform/context.ts';
import type { ChannelAdapter, OpenChannel, OutboundFile, OutboundMessage } from '../adapter.ts';
import { callApi, download, readReply, SendError } from '../call-api.ts';
import { apiUrl, readJson, secret } from '../read-body.ts';
import { hmacOf, isEqual, isRecent } from '../signature.ts';
import { fromMrkdwn, toMrkdwn } from './mrkdwn.ts';

const SlackFile = z.object({
  id: z.string(),
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  url_private_download: z.string().nullish(),
  url_private: z.string().nullish(),
});

const Event = z.object({
  type: z.string(),
  subtype: z.string().nullish(),
  channel: z.string().max(100).optional(),
  channel_type: z.string().optional(),
  user: z.string().max(100).optional(),
  bot_id: z.string().nullish(),
  text: z.string().nullish(),
  ts: z
    .string()
    .regex(/^\d{1,12}\.\d{1,6}$/)
    .optional(),
  thread_ts: z.string().max(50).nullish(),
  files: z.array(SlackFile).nullish(),
});

const Body = z.object({
  type: z.string(),
  challenge: z.string().max(500).optional(),
  team_id: z.string().max(100).optional(),
  authorizations: z.array(z.object({ user_id: z.string().optional() })).optional(),
  event: Event.optional(),
});

/** Subtypes of messages that a person has written. */
const written: ReadonlySet<string> = new Set(['file_share', 'thread_broadcast']);
/** Errors after which no attempt succeeds before a person changes something. */
const lasting: ReadonlySet<string> = new Set([
  ...['channel_not_found', 'not_in_channel', 'is_archived', 'invalid_auth', 'not_authed'],
  ...['account_inactive', 'token_revoked', 'token_expired', 'missing_scope', 'msg_too_long'],
  ...['restricted_action', 'message_not_found', 'cant_update_message', 'thread_not_found'],
]);

/** Slack: the Events API, and `chat.postMessage` with `chat.update`. */
export const slack: ChannelAdapter = {
  kind: 'slack',
  settings: z.strictObject({ api_url: apiUrl('https://slack.com/api') }),
  credentials: z.strictObject({ signing_secret: secret, bot_token: secret }),
  max_chars: 3900,

  async verify({ headers, body }, { credentials }, now) {
    const time = headers.get('x-slack-request-timestamp');
    if (!isRecent(time, now)) return false;
    const expected = `v0=${await hmacOf(credentials.signing_secret ?? '', `v0:${time}:`, body)}`;
    return isEqual(headers.get('x-slack-signature'), expected);
  },

  async receive({ body }) {
    const { type, challenge, team_id = '', event, authorizations } = readJson(body, Body);
    if (type === 'url_verification') return { type: 'challenge', text: challenge ?? '' };
    const none = { type: 'messages', messages: [] } as const;
    if (type !== 'event_callback' || event === undefined) return none;
    const { channel, user, ts, thread_ts, files, subtype } = event;
    const isMessage = event.type === 'message' || event.type === 'app_mention';
    const isOther = subtype != null && !written.has(subtype);
    if (!isMessage || isOther || event.bot_id != null) return none;
    if (channel === undefined || user === undefined || ts === undefined) return none;
    const bot = authorizations?.[0]?.user_id;
    if (user === bot) return none;
    const isDirect = event.channel_type === 'im';
    // A thread for each question, except for direct messages, which are one conversation.
    const thread = thread_ts ?? (isDirect ? null : ts);
    const isMention =
      event.type === 'app_mention' || (bot !== undefined && event.text?.includes(`<@${bot}>`));
    return {
      type: 'messages',
      messages: [
        {
          // `message` and `app_mention` are sent for the same message, with event ids of their own.
          external_id: `${channel}:${ts}`,
          thread_key: thread === null ? channel : `${channel}:${thread}`,
          user_key: `${team_id}:${user}`,
          position: Math.round(Number(ts) * 1e6),
          text: fromMrkdwn(event.text ?? '', bot),
          files: (files ?? []).map((file) => ({
            name: file.name ?? file.id,
            media_type: file.mimetype ?? 'application/octet-stream',
            ref: file.url_private_download ?? file.url_private ?? null,
          })),
          target: { channel, ...(thread === null ? {} : { thread_ts: thread }) },
          only_continues: !isDirect && isMention !== true,
        },
      ],
    };
  },

  async send(ctx, channel, { target, text }) {
    const body = { ...target, text: toMrkdwn(text), unfurl_links: false };
    const { ts } = await call(ctx, channel, 'chat.postMessage', body);
    return String(ts ?? '');
  },

  sendFile,

  async update(ctx, channel, { target, text }, ts) {
    const body = { channel: target.channel, ts, text: toMrkdwn(text) };
    await call(ctx, channel, 'chat.update', body);
  },

  read(ctx, { settings, credentials }, ref) {
    const url = new URL(ref);
    const isOwn =
      url.protocol === 'https:' &&
      (url.hostname === 'slack.com' ||
        url.hostname.endsWith('.slack.com') ||
        url.origin === new URL(settings.api_url ?? '').origin);
    // The token must not be sent anywhere else.
    if (!isOwn) throw new SendError('The file is not stored by Slack.', { is_lasting: true });
    return download(ctx, ref, { authorization: `Bearer ${credentials.bot_token}` });
  },

  async test(ctx, channel) {
    const { user, team } = await call(ctx, channel, 'auth.test', {});
    return `${user ?? 'bot'} in ${team ?? 'Slack'}`;
  },
};

async function call(
  ctx: Ctx,
  { settings, credentials }: OpenChannel,
  method: string,
  body: object | URLSearchParams,
): Promise<Readonly<Record<string, unknown>>> {
  const isForm = body instanceof URLSearchParams;
  const response = await callApi(ctx, `${settings.api_url}/${method}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${credentials.bot_token}`,
      ...(isForm ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    },
    body: isForm ? body : JSON.stringify(body),
  });
  const reply = await readReply(response);
  if (response.ok && reply.ok === true) return reply;
  const error = typeof reply.error === 'string' ? reply.error : `status ${response.status}`;
  throw new SendError(`Slack refused ${method}: ${error}.`, {
    status: response.status,
    is_lasting: lasting.has(error),
    ...(error === 'ratelimited' ? { retry_after_s: 30 } : {}),
  });
}

async function sendFile(
  ctx: Ctx,
  channel: OpenChannel,
  { channel: channel_id = '', thread_ts }: OutboundMessage['target'],
  { name, bytes }: OutboundFile,
): Promise<string> {
  const about = new URLSearchParams({ filename: name, length: String(bytes.byteLength) });
  const { upload_url, file_id } = await call(ctx, channel, 'files.getUploadURLExternal', about);
  const uploaded = await callApi(ctx, String(upload_url), { method: 'POST', body: bytes });
  if (!uploaded.ok) throw new SendError('Slack refused the file.', { status: uploaded.status });
  const files = [{ id: String(file_id), title: name }];
  const where = { channel_id, ...(thread_ts === undefined ? {} : { thread_ts }) };
  await call(ctx, channel, 'files.completeUploadExternal', { files, ...where });
  return String(file_id);
}
