import { z } from 'zod';
import { maxBytes } from '../../../../documents/index.ts';
import type { Ctx } from '../../../../platform/context.ts';
import { minute } from '../../../../shared/time.ts';
import type { Outcome, SourceContext } from '../../connector.ts';
import { SourceFault } from '../../fault.ts';
import { faultOfStatus } from '../../remote.ts';
import { inTurn, userAgent } from '../../web/polite-request.ts';
import { accessToken } from './access-token.ts';

const api = 'https://www.googleapis.com/drive/v3';
const politeness = { delay_ms: 0, obeysRobots: false };
const jsonLimits = { redirects: 0, deadline_ms: 30_000, max_bytes: 10_000_000 };
const readLimits = {
  redirects: 2,
  first_byte_ms: 60_000,
  idle_ms: 20_000,
  max_bytes: maxBytes.document,
};

export const DriveFile = z.object({
  id: z.string(),
  name: z.string(),
  mimeType: z.string(),
  modifiedTime: z.string().optional(),
  md5Checksum: z.string().optional(),
  webViewLink: z.string().optional(),
  trashed: z.boolean().default(false),
  shortcutDetails: z
    .object({ targetId: z.string().optional(), targetMimeType: z.string().optional() })
    .optional(),
});
export type DriveFile = z.output<typeof DriveFile>;

const Refusal = z.object({
  error: z.object({
    message: z.string().default(''),
    errors: z.array(z.object({ reason: z.string() })).default([]),
  }),
});

const limitReasons =
  /^(?:userRateLimitExceeded|rateLimitExceeded|sharingRateLimitExceeded|dailyLimitExceeded)$/;
/** Google asks for a growing pause; a step does not know the earlier ones. */
const pauseAfterLimit = minute;

/** Returns the fault of a response with an error. Google reports reached limits as 403 as well. */
async function faultOfResponse(response: Response, now: number): Promise<SourceFault> {
  const refusal = Refusal.safeParse(await response.json().catch(() => null)).data?.error;
  const reasons = refusal?.errors.map(({ reason }) => reason) ?? [];
  const fault = faultOfStatus(response, now);
  if (response.status === 429 || reasons.some((reason) => limitReasons.test(reason)))
    return new SourceFault('rate_limited', 'Google Drive limits requests.', {
      isTemporary: true,
      retryAfter_ms: fault.retryAfter_ms ?? pauseAfterLimit,
    });
  if (reasons.includes('exportSizeLimitExceeded'))
    return new SourceFault('too_large', 'Google exports documents of at most 10 MB.');
  if (refusal === undefined || refusal.message === '') return fault;
  return new SourceFault(fault.code, `${fault.message} ${refusal.message.slice(0, 300)}`, {
    isTemporary: fault.isTemporary,
  });
}

/** Requests JSON; null for what does not exist or the account cannot see. */
export function requestDrive<Schema extends z.ZodType>(
  ctx: Ctx,
  source: SourceContext<'google_drive'>,
  path: string,
  query: Readonly<Record<string, string>>,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const address = `${api}${path}?${new URLSearchParams({ supportsAllDrives: 'true', ...query })}`;
  return inTurn(ctx, address, politeness, async (url) => {
    const headers = await headersOf(ctx, source);
    const response = await ctx.egress.request(url.href, { headers }, jsonLimits);
    if (response.status === 404) return null;
    if (!response.ok) throw await faultOfResponse(response, ctx.now());
    const parsed = schema.safeParse(await response.json().catch(() => null));
    if (parsed.success) return parsed.data;
    throw new SourceFault('unreadable', 'Google Drive returned an unexpected response.');
  });
}

/** Passes the content of a file to `receive`: as it is, or exported as `type`. */
export function streamDrive(
  ctx: Ctx,
  source: SourceContext<'google_drive'>,
  id: string,
  type: string | null,
  receive: (stream: ReadableStream<Uint8Array>) => Promise<Outcome>,
): Promise<Outcome> {
  const path = `${api}/files/${encodeURIComponent(id)}`;
  const address =
    type === null
      ? `${path}?alt=media&supportsAllDrives=true`
      : `${path}/export?${new URLSearchParams({ mimeType: type })}`;
  return inTurn(ctx, address, politeness, async (url) => {
    const headers = await headersOf(ctx, source);
    const response = await ctx.egress.stream(url.href, { headers }, readLimits);
    try {
      if (response.status === 404) return { kind: 'gone' };
      if (!response.ok) throw await faultOfResponse(response, ctx.now());
      if (response.body === null) throw new SourceFault('empty_document', 'The file is empty.');
      return await receive(response.body);
    } finally {
      await response.body?.cancel().catch(() => undefined);
    }
  });
}

const headersOf = async (ctx: Ctx, source: SourceContext<'google_drive'>) => ({
  authorization: `Bearer ${await accessToken(ctx, source)}`,
  'user-agent': userAgent,
});
