import { z } from '@hono/zod-openapi';
import { Time } from '../../http/schema.ts';

export const PutAlertWebhook = z
  .strictObject({
    url: z
      .url()
      .max(2000)
      .describe('URL with https and a public host name; redirects are not followed'),
    rotate_secret: z
      .boolean()
      .default(false)
      .describe('Generate a new secret for an unchanged URL. A changed URL always gets a new one'),
  })
  .openapi('PutAlertWebhook', {
    example: { url: 'https://hooks.example.com/agentgrid', rotate_secret: false },
  });
export type PutAlertWebhook = z.output<typeof PutAlertWebhook>;

const fields = {
  url: z.string().nullable(),
  last_four: z
    .string()
    .nullable()
    .describe('Last four characters of the secret')
    .openapi({ example: '7f3a' }),
  updated_at: Time.nullable(),
};

export const AlertWebhook = z.object(fields).openapi('AlertWebhook');
export type AlertWebhook = z.output<typeof AlertWebhook>;

export const AlertWebhookSet = z
  .object({
    ...fields,
    secret: z
      .string()
      .nullable()
      .describe(
        'Secret that signs requests: `agentgrid-signature: t=…,v1=…`. Returned only when it is generated; null when it is unchanged',
      )
      .openapi({ example: 'whsec_bm90LWEtc2VjcmV0LWp1c3QtYW4tZXhhbXBsZQ' }),
  })
  .openapi('AlertWebhookSet');
export type AlertWebhookSet = z.output<typeof AlertWebhookSet>;
