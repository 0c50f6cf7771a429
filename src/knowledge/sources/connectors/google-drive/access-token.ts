import { z } from 'zod';
import type { Ctx } from '../../../../platform/context.ts';
import { fromBase64Url, toBase64Url } from '../../../../shared/digest.ts';
import { hour, second } from '../../../../shared/time.ts';
import type { SourceContext } from '../../connector.ts';
import { SourceFault } from '../../fault.ts';
import { faultOfStatus } from '../../remote.ts';

const tokenUrl = 'https://oauth2.googleapis.com/token';
const scope = 'https://www.googleapis.com/auth/drive.readonly';
const limits = { redirects: 0, deadline_ms: 20_000, max_bytes: 100_000 };

const Token = z.object({ access_token: z.string() });
const Refusal = z.object({ error: z.string(), error_description: z.string().optional() });

const tokens = new WeakMap<object, Promise<string>>();

/** Returns an access token, one for each step of a synchronization. Throws `SourceFault`. */
export function accessToken(ctx: Ctx, source: SourceContext<'google_drive'>): Promise<string> {
  const known = tokens.get(source) ?? requestToken(ctx, source.credentials);
  tokens.set(source, known);
  return known;
}

async function requestToken(
  ctx: Ctx,
  credentials: Readonly<Record<string, string>>,
): Promise<string> {
  const { refresh_token, client_id = '', client_secret = '' } = credentials;
  const form: Record<string, string> =
    refresh_token === undefined
      ? {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          assertion: await signAssertion(ctx, credentials),
        }
      : { grant_type: 'refresh_token', refresh_token, client_id, client_secret };
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  };
  const response = await ctx.egress.request(tokenUrl, init, limits);
  const body: unknown = await response.json().catch(() => null);
  const token = Token.safeParse(body);
  if (response.ok && token.success) return token.data.access_token;
  const refusal = Refusal.safeParse(body).data;
  if (refusal === undefined || response.status >= 500) throw faultOfStatus(response, ctx.now());
  const { error, error_description = '' } = refusal;
  throw new SourceFault(
    'unauthorized',
    `Google refused the credentials: ${`${error} ${error_description}`.trim().replace(/\.$/, '').slice(0, 300)}.`,
  );
}

/** A JWT that a service account signs for itself (RFC 7523). */
async function signAssertion(
  ctx: Ctx,
  { client_email, private_key = '', subject }: Readonly<Record<string, string>>,
): Promise<string> {
  const now = Math.floor(ctx.now() / second);
  const claims = {
    iss: client_email,
    scope,
    aud: tokenUrl,
    iat: now,
    exp: now + hour / second,
    ...(subject === undefined ? {} : { sub: subject }),
  };
  const encoder = new TextEncoder();
  const part = (value: object) => toBase64Url(encoder.encode(JSON.stringify(value)));
  const content = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  try {
    const der = fromBase64Url(private_key.replaceAll(/-----[^-]+-----|\\n|\s/g, ''));
    const key = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
    const signature = await crypto.subtle.sign(algorithm, key, encoder.encode(content));
    return `${content}.${toBase64Url(new Uint8Array(signature))}`;
  } catch (error) {
    throw new SourceFault('credential_unusable', '`private_key` is not an RSA key in PKCS #8.', {
      cause: error,
    });
  }
}
