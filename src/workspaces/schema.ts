import { z } from '@hono/zod-openapi';
import { searchProviderIds } from '../db/schema/web-search.ts';
import type { workspaces } from '../db/schema/workspaces.ts';
import { Id, Name, Time, TimeZone } from '../http/schema.ts';
import { NewApiKey } from '../identity/index.ts';
import { toWireTime } from '../shared/time.ts';

const Text = (max: number) => z.string().trim().normalize('NFC').max(max);

export const BillingDetails = z
  .strictObject({
    name: Name(200).nullable().default(null).describe('Name of the billed company or person'),
    address: Text(1000).nullable().default(null).describe('Postal address, with line breaks'),
    tax_id: Text(100).nullable().default(null).describe('Tax id, such as a VAT number'),
    email: z.email().max(254).nullable().default(null).describe('Where the invoice is sent to'),
    currency_note: Text(300)
      .nullable()
      .default(null)
      .describe('Text about the currency or the tax; amounts are in US dollars'),
  })
  .openapi('BillingDetails', {
    example: {
      name: 'Acme AG',
      address: 'Bahnhofstrasse 1\n8001 Zurich\nSwitzerland',
      tax_id: 'CHE-123.456.789',
      email: 'billing@acme.example',
      currency_note: 'Amounts in USD, without VAT.',
    },
  });

const Settings = {
  name: Name(100).openapi({ example: 'Acme' }),
  time_zone: TimeZone,
  default_model: z
    .string()
    .min(3)
    .max(200)
    .describe('Default model of new agents')
    .openapi({ example: 'builtin/extractive' }),
  background_model: z
    .string()
    .min(3)
    .max(200)
    .nullable()
    .describe('Model for titles, summaries and suggestions. Null uses the built-in rules.')
    .openapi({ example: 'openai/gpt-5-nano' }),
  retention_days: z
    .int()
    .min(1)
    .max(3650)
    .nullable()
    .describe(
      'Sessions created more than this many days ago are erased within the hour. Null keeps them.',
    ),
  usage_retention_days: z
    .int()
    .min(35)
    .max(3650)
    .nullable()
    .describe('Usage rows older than this many days are moved to the archive. Null keeps them.'),
  audit_retention_days: z
    .int()
    .min(30)
    .max(3650)
    .nullable()
    .describe(
      'Audit entries that were sealed more than this many days ago are removed; a signed checkpoint stays. Null keeps them.',
    ),
  billing: BillingDetails.nullable().describe(
    'Billed company or person, as shown on invoices. Null shows the name of the workspace only.',
  ),
  content_logging: z
    .boolean()
    .describe(
      'Stores content in traces and run events. Messages are stored until their session is erased in any case.',
    ),
  search_providers: z
    .array(z.enum(searchProviderIds))
    .min(1)
    .max(searchProviderIds.length)
    .refine((ids) => new Set(ids).size === ids.length, 'Each provider once.')
    .nullable()
    .describe(
      `Search providers that \`web_search\` tries, in this order; others are not used. Null tries all that are configured: ${searchProviderIds.join(', ')}`,
    )
    .openapi({ example: null }),
  allowed_origins: z
    .array(
      z
        .string()
        .max(255)
        .regex(/^https?:\/\/[a-z0-9.-]+(:[0-9]{1,5})?$/, {
          message: 'Must be an origin such as `https://www.example.com`.',
          abort: true,
        })
        .refine(isOrigin, 'Must be an origin in the form that browsers send: no default port.'),
    )
    .max(100)
    .refine((origins) => new Set(origins).size === origins.length, 'Each origin once.')
    .nullable()
    .describe(
      'Origins whose web pages may use tokens of end users. Pages of other origins receive 403. Null allows any origin, an empty list none. ' +
        'Applies within 30 seconds; API keys belong on servers and are not checked',
    )
    .openapi({ example: ['https://www.example.com'] }),
};

/** Returns true for an origin in the form in which browsers send it. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

export const CreateWorkspace = z
  .strictObject({
    name: Settings.name,
    time_zone: TimeZone.default('UTC'),
    default_model: Settings.default_model.default('builtin/extractive'),
    background_model: Settings.background_model.default(null),
    retention_days: Settings.retention_days.default(null),
    usage_retention_days: Settings.usage_retention_days.default(null),
    audit_retention_days: Settings.audit_retention_days.default(null),
    billing: Settings.billing.default(null),
    content_logging: Settings.content_logging.default(true),
    search_providers: Settings.search_providers.default(null),
    allowed_origins: Settings.allowed_origins.default(null),
  })
  .openapi('CreateWorkspace', { example: { name: 'Acme' } as never });
export type CreateWorkspace = z.output<typeof CreateWorkspace>;

export const UpdateWorkspace = z
  .strictObject(Settings)
  .partial()
  .openapi('UpdateWorkspace', { example: { time_zone: 'Europe/Zurich' } });
export type UpdateWorkspace = z.output<typeof UpdateWorkspace>;

export const Workspace = z
  .object({ id: Id('ws'), ...Settings, created_at: Time, updated_at: Time })
  .openapi('Workspace');
export type Workspace = z.output<typeof Workspace>;

export const toWorkspace = ({
  suspended_at: _s,
  deleted_at: _d,
  ...row
}: typeof workspaces.$inferSelect): Workspace => ({
  ...row,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

export const NewWorkspace = z
  .object({ workspace: Workspace, api_key: NewApiKey })
  .openapi('NewWorkspace');
export type NewWorkspace = z.output<typeof NewWorkspace>;
