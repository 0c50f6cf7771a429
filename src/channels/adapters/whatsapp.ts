import { z } from '@hono/zod-openapi';
import type { Ctx } from '../../platform/context.ts';
import type { ChannelAdapter, InboundMessage, OpenChannel, OutboundMessage } from '../adapter.ts';
import { callApi, download, readReply, SendError } from '../call-api.ts';
import { apiUrl, readJson, secret } from '../read-body.ts';
import { hmacOf, isEqual } from '../signature.ts';

const Media = z.object({
  id: z.string(),
  mime_type: z.string().optional(),
  filename: z.string().optional(),
  caption: z.string().optional(),
});

const Message = z.object({
  id: z.string().max(500),
  from: z.string().max(50),
  timestamp: z.string().regex(/^\d{1,12}$/),
  type: z.string(),
  text: z.object({ body: z.string() }).optional(),
  button: z.object({ text: z.string() }).optional(),
  image: Media.optional(),
  document: Media.optional(),
  audio: Media.optional(),
  video: Media.optional(),
  sticker: Media.optional(),
});

const Body = z.object({
  object: z.string(),
  entry: z.array(
    z.object({
      changes: z.array(
        z.object({
          field: z.string(),
          value: z.object({
            metadata: z.object({ phone_number_id: z.string() }).optional(),
            messages: z.array(Message).optional(),
          }),
        }),
      ),
    }),
  ),
});

/** The code of a message outside of the 24 hours after the last message of the user. */
const windowClosed = 131_047;
const rateLimited: ReadonlySet<unknown> = new Set([4, 80_007, 130_429, 131_048, 131_056]);

/** WhatsApp: the Cloud API of Meta. */
export const whatsapp: ChannelAdapter = {
  kind: 'whatsapp',
  settings: z.strictObject({
    api_url: apiUrl('https://graph.facebook.com/v23.0'),
    phone_number_id: z.string().regex(/^\d{5,30}$/, 'A number of 5 to 30 digits.'),
  }),
  credentials: z.strictObject({ app_secret: secret, access_token: secret, verify_token: secret }),
  max_chars: 4096,

  async verify({ method, url, headers, body }, { credentials }) {
    if (method === 'GET')
      return isEqual(url.searchParams.get('hub.verify_token'), credentials.verify_token ?? '');
    const expected = `sha256=${await hmacOf(credentials.app_secret ?? '', body)}`;
    return isEqual(headers.get('x-hub-signature-256'), expected);
  },

  async receive({ method, url, body }, { settings }) {
    if (method === 'GET')
      return {
        type: 'challenge',
        text: (url.searchParams.get('hub.challenge') ?? '').slice(0, 200),
      };
    const { entry } = readJson(body, Body);
    const messages = entry
      .flatMap(({ changes }) => changes)
      // One app may have several numbers; statuses have no messages.
      .filter(
        ({ field, value }) =>
          field === 'messages' && value.metadata?.phone_number_id === settings.phone_number_id,
      )
      .flatMap(({ value }) => value.messages ?? [])
      .flatMap(toInbound);
    return { type: 'messages', messages };
  },

  send: (ctx, channel, { target, text }) =>
    post(ctx, channel, target, { type: 'text', text: { body: text } }),

  async sendFile(ctx, channel, target, { name, media_type, bytes }) {
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('type', media_type);
    form.set('file', new File([bytes], name, { type: media_type }));
    const { id } = await call(ctx, channel, `${channel.settings.phone_number_id}/media`, form);
    const document = { id: String(id), filename: name };
    return post(ctx, channel, target, { type: 'document', document });
  },

  async read(ctx, channel, id) {
    const { url } = await call(ctx, channel, encodeURIComponent(id));
    const authorization = `Bearer ${channel.credentials.access_token}`;
    return download(ctx, String(url), { authorization });
  },

  async test(ctx, channel) {
    const path = `${channel.settings.phone_number_id}?fields=display_phone_number`;
    const { display_phone_number: number } = await call(ctx, channel, path);
    return String(number ?? channel.settings.phone_number_id);
  },
};

function toInbound(message: z.output<typeof Message>): InboundMessage[] {
  const { id, from, timestamp, type, text, button, image, document, audio, video, sticker } =
    message;
  // Recordings are not read, but their sender must know.
  const media = document ?? image ?? audio ?? video ?? sticker;
  const said = text?.body ?? button?.text ?? media?.caption ?? '';
  // Reactions, locations and the like.
  if (said === '' && media === undefined) return [];
  return [
    {
      ...{ external_id: id, thread_key: from, user_key: from, text: said, target: { to: from } },
      position: Number(timestamp),
      files:
        media === undefined
          ? []
          : [
              {
                name: media.filename ?? (image === undefined ? type : 'photo.jpg'),
                media_type: (media.mime_type ?? 'application/octet-stream').split(';')[0] ?? '',
                ref: media.id,
              },
            ],
    },
  ];
}

async function post(
  ctx: Ctx,
  channel: OpenChannel,
  { to }: OutboundMessage['target'],
  content: object,
): Promise<string> {
  const sent = await call(ctx, channel, `${channel.settings.phone_number_id}/messages`, {
    ...{ messaging_product: 'whatsapp', recipient_type: 'individual', to },
    ...content,
  });
  const [message] = (sent.messages ?? []) as { readonly id?: string }[];
  return message?.id ?? '';
}

/** Posts JSON or a form; reads without a body. */
async function call(
  ctx: Ctx,
  { settings, credentials }: OpenChannel,
  path: string,
  body?: object | FormData,
): Promise<Readonly<Record<string, unknown>>> {
  const isForm = body instanceof FormData;
  const response = await callApi(ctx, `${settings.api_url}/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${credentials.access_token}`,
      ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  const reply = await readReply(response);
  if (response.ok) return reply;
  const { code, message } = (reply.error ?? {}) as { code?: number; message?: string };
  const { status } = response;
  throw new SendError(
    code === windowClosed
      ? 'WhatsApp accepts answers only within 24 hours after the last message of the user.'
      : `WhatsApp refused the request: ${message ?? `status ${status}`}.`,
    {
      status,
      is_lasting: status < 500 && !rateLimited.has(code),
      ...(rateLimited.has(code) ? { retry_after_s: 60 } : {}),
    },
  );
}
