import { z } from '@hono/zod-openapi';

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
  max_pages: z.number().int().min(1).max(10_000).describe('Pages beyond this number are not read'),
  include: patterns('Reads only addresses that match one of these patterns.').openapi({
    example: ['/guides/'],
  }),
  exclude: patterns('Reads no address that matches one of these patterns.').openapi({
    example: ['/*/print$'],
  }),
};

const delay_ms = z
  .number()
  .int()
  .min(100)
  .max(60_000)
  .describe(
    'Pause between two requests to the same host, which are never sent at the same time. A longer `Crawl-delay` of robots.txt applies instead',
  );

const max_depth = z
  .number()
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

/** Fields that can be changed; those of the type are checked against its schema. */
export const updatableSettings = { ...limits, max_depth, delay_ms };

export const Settings = z.discriminatedUnion('type', [
  UrlSettings,
  SitemapSettings,
  CrawlSettings,
  FeedSettings,
]);
export type Settings = z.output<typeof Settings>;
