import type { Ctx } from '../../platform/context.ts';
import { EgressError } from '../../platform/egress.ts';
import { signWebhook } from '../../platform/webhook.ts';
import { openSecret } from '../../secrets/index.ts';
import { Failure } from '../../shared/failure.ts';
import { second, toWireTime } from '../../shared/time.ts';
import { signingSecretOf } from '../webhooks/secret.ts';
import type { Target } from './store.ts';

export interface SendResult {
  readonly isAccepted: boolean;
  /** Status of the response; null without a response. */
  readonly response_status: number | null;
  readonly latency_ms: number;
  readonly error: string | null;
}

const limits = { redirects: 0, deadline_ms: 10 * second, max_bytes: 64 * 1024 };

type Sendable = Omit<Target, 'status' | 'attempts'>;

/**
 * Sends one signed request. Redirects are not followed, and the response body is ignored, since it
 * may echo the payload. Never throws for a fault of the receiver or of the stored secret.
 */
export async function sendEvent(ctx: Ctx, target: Sendable): Promise<SendResult> {
  const started = ctx.now();
  const resultOf = (response_status: number | null, error: string | null): SendResult => ({
    isAccepted: error === null,
    response_status,
    latency_ms: ctx.now() - started,
    error,
  });
  try {
    const body = JSON.stringify(bodyOf(target));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'AgentGrid',
      'agentgrid-delivery': target.id,
      'agentgrid-signature': await signWebhook(await openSecrets(ctx, target), body, ctx.now()),
    };
    const response = await ctx.egress.request(
      target.webhook.url,
      { method: 'POST', headers, body, signal: ctx.signal },
      limits,
    );
    const { ok, status } = response;
    return resultOf(status, ok ? null : `The webhook returned ${status}.`);
  } catch (error) {
    if (error instanceof EgressError || error instanceof Failure)
      return resultOf(null, error.message);
    throw error;
  }
}

/** Alert and budget webhooks receive their original payload format. */
function bodyOf({ workspace_id, event, webhook }: Sendable): Record<string, unknown> {
  const { id, type, data, alert_body } = event;
  if (webhook.purpose !== 'general' && alert_body !== null) return { ...alert_body, workspace_id };
  return { id, type, created_at: toWireTime(event.created_at), workspace_id, data };
}

/**
 * Returns the current secret, and the previous one during the overlap. Throws like `openSecret`.
 */
async function openSecrets(ctx: Ctx, { webhook, sealed }: Sendable): Promise<string[]> {
  const { secret_version, previous_secret_until: until } = webhook;
  const overlaps = webhook.purpose === 'general' && until !== null && until > ctx.now();
  const versions = [secret_version, ...(overlaps ? [secret_version - 1] : [])];
  return Promise.all(
    versions.map((version) => {
      const ref = signingSecretOf(webhook, version);
      return openSecret(ctx, ref, sealed[ref.field] ?? '');
    }),
  );
}
