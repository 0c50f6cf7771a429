import { z } from '@hono/zod-openapi';

const domains = z
  .array(
    z
      .string()
      .max(253)
      .regex(
        /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/,
        'A domain in lower case such as `example.com`, without scheme, path and `*`.',
      ),
  )
  .max(100)
  .refine((names) => new Set(names).size === names.length, 'Each domain once.')
  .openapi({ example: ['example.com'] });

/** The section `web` of a configuration. */
export const web = {
  allowed_domains: domains.describe(
    'Domains, with their subdomains, of which `web_search` returns and `fetch_url` reads pages; all if empty',
  ),
  blocked_domains: domains.describe('Domains of which they do not, even if allowed'),
  obey_robots: z.boolean().describe('`fetch_url` reads no page that robots.txt disallows'),
};
