import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { shareAccess } from '../db/schema/share-links.ts';
import { pageQuery } from '../http/openapi.ts';
import { Id, Instant, Name, Time } from '../http/schema.ts';
import { OptionalVersion } from '../runs/index.ts';
import { fromUsd, toWireUsd } from '../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import type { ShareLinkRow } from './store.ts';

/** An address of mail in lower case; comparisons ignore case. */
export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .min(3)
  .max(254)
  .regex(/^[^\s@<>"(),:;\\]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'Must be an e-mail address.')
  .openapi({ example: 'ann@example.com' });

const Allowed = z
  .string()
  .trim()
  .toLowerCase()
  .min(3)
  .max(254)
  .regex(
    /^(?:[^\s@<>"(),:;\\]+)?@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/,
    'Must be an e-mail address, or a domain that begins with `@`.',
  );

const Origin = z
  .string()
  .max(300)
  .regex(
    /^(?:\*|https?:\/\/[a-z0-9.-]+(?::\d{1,5})?)$/,
    'Must be an origin such as `https://www.example.com`, or `*`.',
  );

const limit = (max: number) => z.int().min(1).max(max).nullable();

const fields = {
  name: Name(100).openapi({ example: 'Website' }),
  title: Name(100)
    .nullable()
    .describe('Title of the chat; null for the name of the agent')
    .openapi({ example: 'Coffee support' }),
  access: z
    .enum(shareAccess)
    .describe(
      '`public`: anybody with the link; `verified`: people who enter a code that is sent to their address',
    ),
  allowed_addresses: z
    .array(Allowed)
    .max(200)
    .describe(
      'With `access: verified`, the addresses that may enter. `@example.com` allows a whole domain',
    )
    .openapi({ example: ['@example.com'] }),
  allowed_origins: z
    .array(Origin)
    .max(50)
    .describe(
      'Origins of pages that may embed the chat; `*` allows all. Empty allows only the page of the link',
    )
    .openapi({ example: ['https://www.example.com'] }),
  version: OptionalVersion.describe(
    'Number or label of the version that new sessions use; null for the active version',
  ),
  enabled: z
    .boolean()
    .describe('A disabled link refuses its visitors, within 30 seconds everywhere'),
  open_documents: z
    .boolean()
    .describe(
      'Visitors may open the original of a document that an answer of theirs cites. Otherwise they read the cited pages only',
    ),
  expires_at: Instant.nullable().describe('The link refuses its visitors from this time on'),
  max_visitors: limit(1_000_000).describe('People who may open the link; null for no limit'),
  max_sessions: limit(10_000_000).describe(
    'Sessions that its visitors may start; null for no limit',
  ),
  max_messages_per_visitor: limit(100_000).describe(
    'Messages, regenerated answers included, of each visitor; null for no limit',
  ),
  limit_usd: z
    .number()
    .min(0)
    .max(1_000_000)
    .refine((usd) => usd === 0 || fromUsd(usd) > 0, 'Must be 0 or at least 0.000000001.')
    .nullable()
    .describe('Cost of the link in total, enforced before each call of a model; null for no limit'),
};

export const CreateShareLink = z
  .strictObject({
    ...fields,
    title: fields.title.default(null),
    access: fields.access.default('public'),
    allowed_addresses: fields.allowed_addresses.default([]),
    allowed_origins: fields.allowed_origins.default([]),
    version: fields.version.default(null),
    enabled: fields.enabled.default(true),
    open_documents: fields.open_documents.default(false),
    expires_at: fields.expires_at.default(null),
    max_visitors: fields.max_visitors.default(null),
    max_sessions: fields.max_sessions.default(null),
    max_messages_per_visitor: fields.max_messages_per_visitor.default(100),
    limit_usd: fields.limit_usd.default(null),
  })
  .openapi('CreateShareLink', {
    example: {
      name: 'Website',
      allowed_origins: ['https://www.example.com'],
      limit_usd: 20,
    } as never,
  });
export type CreateShareLink = z.output<typeof CreateShareLink>;

export const UpdateShareLink = z
  .strictObject(fields)
  .partial()
  .openapi('UpdateShareLink', { example: { enabled: false } });
export type UpdateShareLink = z.output<typeof UpdateShareLink>;

export const ShareLink = z
  .object({
    id: Id('shl'),
    agent_id: Id('agt'),
    url: z
      .string()
      .describe('The chat page. Its last part is the `data-link` of the widget')
      .openapi({ example: 'https://agents.example.com/chat/Jx3k9QmT2vB7nLw5RzYd4A' }),
    ...fields,
    name: z.string(),
    title: z.string().nullable(),
    allowed_addresses: z.array(z.string()),
    allowed_origins: z.array(z.string()),
    version: z.string().nullable(),
    expires_at: Time.nullable(),
    max_visitors: z.int().nullable(),
    max_sessions: z.int().nullable(),
    max_messages_per_visitor: z.int().nullable(),
    limit_usd: z.number().nullable(),
    status: z.enum(['open', 'disabled', 'expired']),
    budget_id: z.string().nullable().describe('The budget that enforces `limit_usd`'),
    statistics: z
      .object({
        visitors: z.int(),
        sessions: z.int(),
        messages: z.int(),
        cost_usd: z.number(),
        feedback: z.object({ positive: z.int(), negative: z.int() }),
      })
      .describe('Use since the link was created'),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('ShareLink');
export type ShareLink = z.output<typeof ShareLink>;

export const ShareLinksQuery = z.strictObject({
  ...pageQuery,
  agent: AgentParameter.optional().describe('Filter by agent: its id or slug'),
});
export type ShareLinksQuery = z.output<typeof ShareLinksQuery>;

/** Returns a link as the API shows it; `origin` is that of the deployment. */
export function toShareLink(row: ShareLinkRow, origin: string, now: number): ShareLink {
  const isExpired = row.expires_at !== null && row.expires_at <= now;
  return {
    id: row.id,
    agent_id: row.agent_id,
    url: `${origin}/chat/${row.address}`,
    name: row.name,
    title: row.title,
    access: row.access,
    allowed_addresses: row.allowed_addresses,
    allowed_origins: row.allowed_origins,
    version: row.version,
    enabled: row.enabled,
    open_documents: row.open_documents,
    expires_at: toWireTimeOrNull(row.expires_at),
    max_visitors: row.max_visitors,
    max_sessions: row.max_sessions,
    max_messages_per_visitor: row.max_messages_per_visitor,
    limit_usd: toWireUsd(row.limit_nano_usd),
    status: !row.enabled ? 'disabled' : isExpired ? 'expired' : 'open',
    budget_id: row.budget_id,
    statistics: {
      visitors: row.visitors,
      sessions: row.sessions,
      messages: row.messages,
      cost_usd: toWireUsd(row.cost_nano_usd) ?? 0,
      feedback: { positive: row.feedback_positive, negative: row.feedback_negative },
    },
    created_by: row.created_by,
    created_at: toWireTime(row.created_at),
    updated_at: toWireTime(row.updated_at),
  };
}
