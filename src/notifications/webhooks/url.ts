import type { Ctx } from '../../platform/context.ts';
import { checkSecureUrl } from '../../platform/secure-url.ts';

/** Returns the normalized URL. Throws `url_not_allowed`. */
export const checkWebhookUrl = (ctx: Ctx, text: string): string =>
  checkSecureUrl(ctx, text, 'The URL must use https.').href;
