import { z } from 'zod';
import type { Ctx } from '../../../platform/context.ts';
import type { Outcome, SourceContext } from '../connector.ts';
import { SourceFault } from '../fault.ts';
import { faultOfStatus } from '../remote.ts';
import { inTurn, userAgent } from '../web/polite-request.ts';

const api = 'https://api.github.com';
const politeness = { delay_ms: 0, obeysRobots: false };
const jsonLimits = { redirects: 2, deadline_ms: 30_000, max_bytes: 25_000_000 };

export const GithubTree = z.object({
  tree: z.array(z.object({ path: z.string(), type: z.string(), sha: z.string() })),
  truncated: z.boolean(),
});

export const GithubIssue = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  html_url: z.string(),
  updated_at: z.string(),
  comments: z.number(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string() })])),
  pull_request: z.unknown().optional(),
});

export const GithubComment = z.object({
  user: z.object({ login: z.string() }).nullish(),
  body: z.string().nullish(),
});

const headersOf = (
  { credentials }: SourceContext<'github'>,
  accept: string,
): Record<string, string> => ({
  accept,
  'user-agent': userAgent,
  'x-github-api-version': '2022-11-28',
  ...(credentials.token === undefined ? {} : { authorization: `Bearer ${credentials.token}` }),
});

const urlOf = ({ settings }: SourceContext<'github'>, path: string) =>
  `${api}/repos/${settings.repository}${path}`;

/** Requests JSON of the repository; null for what does not exist, or the token cannot read. */
export function requestGithub<Schema extends z.ZodType>(
  ctx: Ctx,
  source: SourceContext<'github'>,
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  return inTurn(ctx, urlOf(source, path), politeness, async (url) => {
    const headers = headersOf(source, 'application/vnd.github+json');
    const response = await ctx.egress.request(url.href, { headers }, jsonLimits);
    if (response.status === 404 || response.status === 410) return null;
    if (!response.ok) throw faultOfStatus(response, ctx.now());
    const parsed = schema.safeParse(await response.json().catch(() => null));
    if (parsed.success) return parsed.data;
    throw new SourceFault('unreadable', 'GitHub returned an unexpected response.');
  });
}

/** Passes the raw content of a blob to `receive`. */
export function streamGithub(
  ctx: Ctx,
  source: SourceContext<'github'>,
  path: string,
  max_bytes: number,
  receive: (stream: ReadableStream<Uint8Array>) => Promise<Outcome>,
): Promise<Outcome> {
  const limits = { redirects: 0, first_byte_ms: 20_000, idle_ms: 10_000, max_bytes };
  return inTurn(ctx, urlOf(source, path), politeness, async (url) => {
    const headers = headersOf(source, 'application/vnd.github.raw+json');
    const response = await ctx.egress.stream(url.href, { headers }, limits);
    try {
      if (response.status === 404) return { kind: 'gone' };
      if (!response.ok) throw faultOfStatus(response, ctx.now());
      if (response.body === null) throw new SourceFault('empty_document', 'The file is empty.');
      return await receive(response.body);
    } finally {
      await response.body?.cancel().catch(() => undefined);
    }
  });
}
