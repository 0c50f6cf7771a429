import { z } from '@hono/zod-openapi';
import type { Ctx } from '../../platform/context.ts';
import type { ChannelAdapter, OpenChannel } from '../adapter.ts';
import { callApi, download, readReply, SendError } from '../call-api.ts';
import { apiUrl, readJson, secret } from '../read-body.ts';
import { isEqual } from '../signature.ts';

const Media = z.object({
  file_id: z.string(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
});

const Update = z.object({
  update_id: z.int(),
  message: z
    .object({
      message_id: z.int(),
      message_thread_id: z.int().optional(),
      is_topic_message: z.boolean().optional(),
      from: z
        .object({ id: z.int(), is_bot: z.boolean(), language_code: z.string().optional() })
        .optional(),
      chat: z.object({ id: z.int() }),
      text: z.string().optional(),
      caption: z.string().optional(),
      document: Media.optional(),
      audio: Media.optional(),
      voice: Media.optional(),
      video: Media.optional(),
      video_note: Media.optional(),
      sticker: Media.optional(),
      photo: z.array(Media).optional(),
    })
    .optional(),
});

/** Recordings and the like are not read, but their sender must know. */
const kindsOfMedia = ['document', 'audio', 'voice', 'video', 'video_note', 'sticker'] as const;

/** Telegram: updates of a bot by webhook, and the Bot API. */
export const telegram: ChannelAdapter = {
  kind: 'telegram',
  settings: z.strictObject({ api_url: apiUrl('https://api.telegram.org') }),
  credentials: z.strictObject({
    bot_token: secret,
    secret_token: z
      .string()
      .regex(/^[A-Za-z0-9_-]{16,256}$/, 'Has 16 to 256 letters, digits, `_` and `-`.'),
  }),
  max_chars: 4096,

  async verify({ headers }, { credentials }) {
    const given = headers.get('x-telegram-bot-api-secret-token');
    return isEqual(given, credentials.secret_token ?? '');
  },

  async receive({ body }) {
    const { update_id, message } = readJson(body, Update);
    // Edited messages, reactions and the like.
    if (message?.from === undefined || message.from.is_bot)
      return { type: 'messages', messages: [] };
    const { chat, from, photo = [] } = message;
    const topic = message.is_topic_message === true ? message.message_thread_id : undefined;
    const [largest] = photo.slice(-1);
    const files = [
      ...kindsOfMedia.flatMap((kind) => {
        const media = message[kind];
        return media === undefined ? [] : { file_name: kind, ...media };
      }),
      ...(largest === undefined
        ? []
        : [{ ...largest, file_name: 'photo.jpg', mime_type: 'image/jpeg' }]),
    ];
    return {
      type: 'messages',
      messages: [
        {
          external_id: String(update_id),
          thread_key: topic === undefined ? String(chat.id) : `${chat.id}:${topic}`,
          user_key: String(from.id),
          language: from.language_code,
          position: update_id,
          text: message.text ?? message.caption ?? '',
          files: files.map(({ file_id, file_name, mime_type }) => ({
            name: file_name ?? 'file',
            media_type: mime_type ?? 'application/octet-stream',
            ref: file_id,
          })),
          target: {
            chat_id: String(chat.id),
            ...(topic === undefined ? {} : { message_thread_id: String(topic) }),
          },
        },
      ],
    };
  },

  async send(ctx, channel, { target, text }) {
    const { message_id } = await call(ctx, channel, 'sendMessage', { ...target, text });
    return String(message_id ?? '');
  },

  async sendFile(ctx, channel, target, { name, media_type, bytes }) {
    const form = new FormData();
    for (const [field, value] of Object.entries(target)) form.set(field, value);
    form.set('document', new File([bytes], name, { type: media_type }));
    const { message_id } = await call(ctx, channel, 'sendDocument', form);
    return String(message_id ?? '');
  },

  async update(ctx, channel, { target, text }, id) {
    const body = { chat_id: target.chat_id, message_id: Number(id), text };
    await call(ctx, channel, 'editMessageText', body).catch((error: unknown) => {
      if (!(error instanceof SendError) || !/is not modified/.test(error.message)) throw error;
    });
  },

  async read(ctx, channel, file_id) {
    const { file_path } = await call(ctx, channel, 'getFile', { file_id });
    const { settings, credentials } = channel;
    const path = String(file_path).split('/').map(encodeURIComponent).join('/');
    return download(ctx, `${settings.api_url}/file/bot${credentials.bot_token}/${path}`, {});
  },

  async test(ctx, channel) {
    const { username } = await call(ctx, channel, 'getMe', {});
    return `@${username ?? 'bot'}`;
  },
};

async function call(
  ctx: Ctx,
  { settings, credentials }: OpenChannel,
  method: string,
  body: object | FormData,
): Promise<Readonly<Record<string, unknown>>> {
  const isForm = body instanceof FormData;
  const response = await callApi(ctx, `${settings.api_url}/bot${credentials.bot_token}/${method}`, {
    method: 'POST',
    ...(isForm ? {} : { headers: { 'content-type': 'application/json' } }),
    body: isForm ? body : JSON.stringify(body),
  }).catch((error: unknown) => {
    // The address contains the token.
    if (error instanceof SendError && error.status === null)
      throw new SendError(`Telegram could not be reached for ${method}.`, {
        is_lasting: error.is_lasting,
      });
    throw error;
  });
  const { ok, result, description } = await readReply(response);
  if (ok === true) return typeof result === 'object' && result !== null ? { ...result } : {};
  const { status } = response;
  throw new SendError(`Telegram refused ${method}: ${description ?? `status ${status}`}.`, {
    status,
    is_lasting: status === 400 || status === 401 || status === 403 || status === 404,
    // The Bot API does not return files of more than 20 MB.
    is_too_large: String(description).includes('file is too big'),
  });
}
