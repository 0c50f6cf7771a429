import type { Ctx } from '../../platform/context.ts';
import { EgressError } from '../../platform/egress.ts';
import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import { providerFailed } from './refusal.ts';

const limits = { redirects: 0, deadline_ms: 15 * second, max_bytes: 512 * 1024 };

/** Returns the JSON that a provider answers. Throws a refusal for any other response; its text is not kept. */
export async function callProvider(ctx: Ctx, url: string, init: RequestInit): Promise<unknown> {
  const { host, pathname } = new URL(url);
  try {
    const response = await ctx.egress.request(url, { signal: ctx.signal, ...init }, limits);
    if (!response.ok)
      throw providerFailed(`${host}${pathname} answered with status ${response.status}`);
    return await response.json();
  } catch (error) {
    if (error instanceof EgressError || error instanceof Failure)
      throw providerFailed(`${host}${pathname}: ${error.message}`);
    throw error instanceof SyntaxError ? providerFailed(`${host}${pathname}: not JSON`) : error;
  }
}

/** Returns the body of a request for tokens (RFC 6749, 4.1.3, with the verifier of RFC 7636). */
export const codeGrant = (code: string, redirect_uri: string, code_verifier: string) =>
  new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri, code_verifier });
