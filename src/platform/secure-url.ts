import { Failure } from '../shared/failure.ts';
import type { Ctx } from './context.ts';

/**
 * Returns the normalized form of a URL that receives secrets or content: allowed by the egress
 * rules, and https unless the deployment allows its private network. Throws `url_not_allowed`, with
 * `detail` when it is not https.
 */
export function checkSecureUrl(
  { config, egress }: Pick<Ctx, 'config' | 'egress'>,
  text: string,
  detail: string,
): URL {
  const url = egress.check(text);
  if (url.protocol !== 'https:' && !config.allow_private_network)
    throw new Failure('url_not_allowed', detail);
  return url;
}
