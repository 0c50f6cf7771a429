import type { Ctx } from '../../platform/context.ts';
import { isSignatureOf, signatureOf } from '../../platform/signature.ts';
import { minute, second } from '../../shared/time.ts';

/** Time for which a link is valid. */
const validFor = 15 * minute;

/** Returns a link to the archive of an export, and when it expires. */
export async function linkOf(ctx: Ctx, id: string) {
  const [host] = ctx.config.own_hosts;
  const expires = Math.floor((ctx.now() + validFor) / second);
  const query = new URLSearchParams({
    expires: String(expires),
    signature: await signatureOf(ctx.config, ['workspace-export', id, expires]),
  });
  const path = `/api/v1/workspace/exports/${id}/download?${query}`;
  return {
    url: `${host === undefined ? '' : `https://${host}`}${path}`,
    expires_at: expires * second,
  };
}

/** Returns true for the signature of a link that has not expired. */
export const isSigned = async (
  ctx: Ctx,
  id: string,
  { expires, signature }: { readonly expires: number; readonly signature: string },
): Promise<boolean> =>
  expires * second > ctx.now() &&
  (await isSignatureOf(ctx.config, ['workspace-export', id, expires], signature));
