import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';

/** The address as it is stored. Payloads must not be readable in transit. Throws `url_not_allowed`. */
export function checkWebhookUrl(ctx: Ctx, text: string): string {
  const url = ctx.egress.check(text);
  if (url.protocol !== 'https:' && !ctx.config.allow_private_network)
    throw new Failure('url_not_allowed', 'A webhook is called over https only.');
  return url.href;
}
