import { z } from '@hono/zod-openapi';
import {
  GithubCredentials,
  OauthClient,
  S3Credentials,
  ServiceAccount,
} from './credentials-schema.ts';

const url = z
  .url()
  .max(2000)
  .describe('Absolute address with https or http and a public host name')
  .openapi({ example: 'https://docs.example.com/' });

const patterns = (what: string) =>
  z
    .array(z.string().min(1).max(300).regex(/^[/*]/, 'Must begin with `/` or `*`.'))
    .max(50)
    .describe(
      `${what} Each is a prefix of the path with its query; \`*\` stands for any characters and a final \`$\` for the end, as in robots.txt`,
    );

const limits = {
  max_pages: z.int().min(1).max(10_000).describe('Pages beyond this number are not read'),
  include: patterns('Reads only addresses that match one of these patterns.').openapi({
    example: ['/guides/'],
  }),
  exclude: patterns('Reads no address that matches one of these patterns.').openapi({
    example: ['/*/print$'],
  }),
};

const delay_ms = z
  .int()
  .min(100)
  .max(60_000)
  .describe(
    'Pause between two requests to the same host, which are never sent at the same time. A longer `Crawl-delay` of robots.txt applies instead',
  );

const max_depth = z
  .int()
  .min(0)
  .max(20)
  .describe('Maximum number of links between the start page and a page');

const defaults = {
  max_pages: limits.max_pages.default(1000),
  include: limits.include.default([]),
  exclude: limits.exclude.default([]),
  delay_ms: delay_ms.default(1000),
};

export const UrlSettings = z.strictObject({
  type: z.literal('url').describe('One page or document'),
  url,
  delay_ms: defaults.delay_ms,
});

export const SitemapSettings = z.strictObject({
  type: z.literal('sitemap').describe('The pages of a sitemap or sitemap index'),
  url,
  ...defaults,
});

export const CrawlSettings = z.strictObject({
  type: z.literal('crawl').describe('The pages of a site that links lead to'),
  url,
  ...defaults,
  max_pages: limits.max_pages.default(100),
  max_depth: max_depth.default(3),
});

export const FeedSettings = z.strictObject({
  type: z.literal('feed').describe('The pages that an RSS, Atom or JSON feed names'),
  url,
  max_pages: limits.max_pages.default(100),
  delay_ms: defaults.delay_ms,
});

const keyPatterns = {
  include: limits.include.default([]),
  exclude: limits.exclude.default([]),
  max_pages: defaults.max_pages,
};

export const S3Settings = z.strictObject({
  type: z.literal('s3').describe('The objects of a bucket with the API of S3, such as R2'),
  endpoint: z
    .url()
    .max(500)
    .describe('Address of the service, without the bucket; https only')
    .refine(
      (text) => /^https:\/\/[^/?#]+\/?$/.test(text),
      'Must be an origin with https, without a path.',
    )
    .openapi({ example: 'https://s3.eu-central-1.amazonaws.com' }),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'Must be the name of a bucket.')
    .openapi({ example: 'handbooks' }),
  prefix: z.string().max(500).default('').describe('Reads only keys that begin with it'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{2,40}$/)
    .default('auto')
    .describe('Region that signatures name; `auto` for R2'),
  ...keyPatterns,
});

export const R2Settings = z.strictObject({
  type: z.literal('r2').describe('The objects of a bucket that is bound to the deployment'),
  bucket: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,59}$/, 'Must be the name of a binding.')
    .describe('Name of the binding, which the operator of the deployment has allowed')
    .openapi({ example: 'IMPORT_BUCKET' }),
  prefix: z.string().max(500).default('').describe('Reads only keys that begin with it'),
  ...keyPatterns,
});

export const GithubSettings = z.strictObject({
  type: z.literal('github').describe('Documents and issues of a GitHub repository'),
  repository: z
    .string()
    .max(140)
    .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/, 'Must be `owner/name`.')
    .openapi({ example: 'cloudflare/workers-sdk' }),
  ref: z
    .string()
    .max(200)
    .regex(/^[\w][\w./-]*$/, 'Must be a branch, a tag or a commit.')
    .default('HEAD')
    .describe('Branch, tag or commit; the default branch by default'),
  content: z
    .array(z.enum(['documents', 'code', 'issues']))
    .min(1)
    .max(3)
    .default(['documents'])
    .describe(
      '`documents` of the supported formats, source `code`, and `issues` with their comments',
    ),
  ...keyPatterns,
});

export const NotionSettings = z.strictObject({
  type: z
    .literal('notion')
    .describe('Pages and databases that are shared with a Notion integration'),
  max_pages: defaults.max_pages,
});

const driveId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{4,128}$/, 'Must be the id from the address in Google Drive.')
  .nullable()
  .default(null);

export const GoogleDriveSettings = z.strictObject({
  type: z
    .literal('google_drive')
    .describe('Files of Google Drive, including Docs, Sheets and Slides'),
  folder_id: driveId.describe(
    'Reads this folder and the folders in it; by default all files that the account sees',
  ),
  drive_id: driveId.describe('Reads this shared drive only'),
  ...keyPatterns,
});

/** Fields that can be changed; those of the type are checked against its schema. */
export const updatableSettings = {
  ...limits,
  max_depth,
  delay_ms,
  credentials: z
    .union([S3Credentials, GithubCredentials, ServiceAccount, OauthClient])
    .describe('Replaces the stored ones; those of Notion have a `token`, too'),
};

export const Settings = z.discriminatedUnion('type', [
  UrlSettings,
  SitemapSettings,
  CrawlSettings,
  FeedSettings,
  S3Settings,
  R2Settings,
  GithubSettings,
  NotionSettings,
  GoogleDriveSettings,
]);
export type Settings = z.output<typeof Settings>;

/** The name that a source is recognized by, and the address whose host its requests are sent to; null for none. */
export function addressOf(settings: Settings): {
  readonly url: string | null;
  readonly name: string;
} {
  switch (settings.type) {
    case 's3':
      return { url: settings.endpoint, name: `s3://${settings.bucket}/${settings.prefix}` };
    case 'r2':
      return { url: null, name: `r2://${settings.bucket}/${settings.prefix}` };
    case 'github':
      return { url: 'https://api.github.com/', name: settings.repository };
    case 'notion':
      return { url: 'https://api.notion.com/', name: 'Notion' };
    case 'google_drive':
      return {
        url: 'https://www.googleapis.com/',
        name: `Google Drive ${settings.folder_id ?? settings.drive_id ?? ''}`.trim(),
      };
    default:
      return { url: settings.url, name: settings.url };
  }
}
