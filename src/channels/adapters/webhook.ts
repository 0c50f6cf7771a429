import { z } from '@hono/zod-openapi';
import { signWebhook } from '../../platform/webhook.ts';
import { sha256 } from '../../shared/digest.ts';
import type { ChannelAdapter } from '../adapter.ts';
import { callApi, SendError } from '../call-api.ts';
import { readJson, secret } from '../read-body.ts';
import { isSigned } from '../signature.ts';

const Message = z.object({
  id: z.string().min(1).max(200),
  thread_id: z.string().min(1).max(200),
  user_id: z.string().min(1).max(200),
  text: z.string().max(100_000),
  sequence: z.int().min(0).optional(),
  /** BCP 47, such as `de-CH`. */
  language: z.string().max(35).optional(),
  files: z
    .array(
      z.object({ name: z.string().max(200), media_type: z.string().max(200), data: z.base64() }),
    )
    .max(10)
    .default([]),
});

/** Any other software: signed JSON in both directions. */
export const webhook: ChannelAdapter = {
  kind: 'webhook',
  settings: z.strictObject({
    api_url: z.url().max(2000).describe('Receives the answers; cannot be changed later'),
  }),
  credentials: z.strictObject({ secret: secret.describe('Signs the requests of both directions') }),
  max_chars: 100_000,

  verify: ({ headers, body }, { credentials }, now) =>
    isSigned(headers.get('agentgrid-signature'), body, credentials.secret ?? '', now),

  async receive({ body }) {
    const message = readJson(body, Message);
    const { id, thread_id, user_id, text, sequence = 0, language, files } = message;
    return {
      type: 'messages',
      messages: [
        {
          ...{
            external_id: id,
            thread_key: thread_id,
            user_key: user_id,
            position: sequence,
            text,
            language,
          },
          files: files.map(({ name, media_type, data }) => ({
            ...{ name, media_type },
            ref: null,
            content: Uint8Array.from(atob(data), (char) => char.charCodeAt(0)),
          })),
          target: { thread_id, user_id },
        },
      ],
    };
  },

  async send(ctx, { settings, credentials, former }, { target, text, files, id }) {
    const content = files.map(({ name, media_type, bytes }) => ({
      ...{ name, media_type },
      data: (bytes as unknown as { toBase64(): string }).toBase64(),
    }));
    const body = JSON.stringify({ id, ...target, text, files: content });
    const secrets = [credentials, ...(former === null ? [] : [former])].map(
      ({ secret: one = '' }) => one,
    );
    const signature = await signWebhook(secrets, body, ctx.now());
    const response = await callApi(ctx, settings.api_url ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'agentgrid-signature': signature },
      body,
    });
    const { ok, status } = response;
    if (!ok)
      throw new SendError(`The receiver returned ${status}.`, {
        status,
        is_lasting: status === 410 || (status >= 400 && status < 408),
      });
    return id;
  },

  async test(ctx, channel) {
    const id = `test_${(await sha256(`${channel.id}:${ctx.now()}`)).slice(0, 16)}`;
    const target = { thread_id: 'test', user_id: 'test' };
    await this.send(ctx, channel, { target, text: 'Test of the channel.', files: [], id });
    return 'The receiver accepted a message.';
  },
};
