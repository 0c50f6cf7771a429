import type { Ctx } from '../../platform/context.ts';
import { checkSecureUrl } from '../../platform/secure-url.ts';

/** The address as it is stored. Throws `url_not_allowed`. */
export const checkWebhookUrl = (ctx: Ctx, text: string): string =>
  checkSecureUrl(ctx, text, 'A webhook is called over https only.').href;
