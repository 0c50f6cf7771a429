import type { z } from '@hono/zod-openapi';
import type { Router } from './router.ts';

export interface WebhookEvent {
  /** The `type` of the payload. */
  readonly name: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** Returns the schema of the payload. */
  readonly schema: () => z.ZodType;
}

/** Adds a request that AgentGrid sends to the OpenAPI document. */
export function describeWebhook(
  router: Router,
  { name, tag, summary, description, schema }: WebhookEvent,
): void {
  router.describe((registry) =>
    registry.registerWebhook({
      method: 'post',
      path: name,
      tags: [tag],
      summary,
      description: `${description} \`agentgrid-signature: t=…,v1=…\` is the HMAC-SHA-256 of \`<t>.<body>\` under the secret of the webhook.`,
      request: { body: { required: true, content: { 'application/json': { schema: schema() } } } },
      responses: {
        '2XX': {
          description:
            'Accepted. A request with any other response is retried with the same event id',
        },
      },
    }),
  );
}
