import { z } from '@hono/zod-openapi';
import { pageQuery } from '../http/openapi.ts';
import { Id, Time } from '../http/schema.ts';
import { BillingDetails } from '../workspaces/index.ts';

export const Month = z
  .string()
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/)
  .openapi({ description: 'Month of the invoice', example: '2026-11' });

export const InvoicesQuery = z.strictObject(pageQuery);
export type InvoicesQuery = z.output<typeof InvoicesQuery>;

const formats = ['json', 'csv', 'pdf'] as const;
export const InvoiceQuery = z.strictObject({
  format: z
    .enum(formats)
    .optional()
    .describe('Form of the invoice; takes precedence over the `Accept` header'),
});
export type InvoiceQuery = z.output<typeof InvoiceQuery>;

const cost = (description: string) => z.number().describe(description).openapi({ 'x-unit': 'usd' });
const count = (description: string) => z.int().describe(description);
const price = z.number().nullable().openapi({ 'x-unit': 'usd per million tokens' });

export const DeploymentUsageQuery = z.strictObject({
  ...pageQuery,
  month: Month.optional().describe('Month; the current one in UTC by default'),
});
export type DeploymentUsageQuery = z.output<typeof DeploymentUsageQuery>;

export const WorkspaceUsage = z
  .object({
    workspace_id: Id('ws'),
    name: z.string(),
    status: z.enum(['active', 'suspended']),
    month: Month,
    invoice: z
      .enum(['final', 'provisional', 'none'])
      .describe('`none` for a month before the workspace was created, or in the future'),
    calls: z.int(),
    cost_usd: cost('Known cost of the calls, as on the invoice'),
  })
  .openapi('WorkspaceUsage');
export type WorkspaceUsage = z.output<typeof WorkspaceUsage>;

export const InvoiceLine = z
  .object({
    agent_id: z.string().nullable().describe('Null for calls without an agent'),
    agent_name: z.string().nullable().describe('Name of the agent when the invoice was made'),
    provider: z.string().openapi({ example: 'openai' }),
    model: z.string().openapi({ example: 'gpt-5-mini' }),
    operation: z.string().openapi({ example: 'answer' }),
    calls: z.int(),
    unpriced_calls: count('Calls whose cost is unknown; they are not billed'),
    input_tokens: count('Input tokens, those read from or written to a cache included'),
    cache_read_tokens: z.int(),
    cache_write_tokens: z.int(),
    output_tokens: z.int(),
    cost_usd: cost('Sum of the costs of the calls, exact to the nano-dollar'),
  })
  .openapi('InvoiceLine');
export type InvoiceLine = z.output<typeof InvoiceLine>;

export const InvoiceSummary = z
  .object({
    month: Month,
    number: z.string().openapi({ example: '2026-11-2VJ3C6X7RA' }),
    status: z
      .enum(['provisional', 'final'])
      .describe(
        '`final` one day after the end of the month; a final invoice does not change any more',
      ),
    starts_at: Time.describe('Start of the period, usually that of the month in the time zone'),
    ends_at: Time.describe('End of the period, exclusive'),
    calls: z.int(),
    total_usd: cost('Sum of the lines, exact to the nano-dollar'),
    issued_at: Time.nullable().describe('Null for a provisional invoice'),
  })
  .openapi('InvoiceSummary');
export type InvoiceSummary = z.output<typeof InvoiceSummary>;

export const Invoice = InvoiceSummary.extend({
  workspace_id: Id('ws'),
  workspace_name: z.string(),
  time_zone: z.string(),
  billing: BillingDetails.nullable(),
  unpriced_calls: z.int(),
  lines: z.array(InvoiceLine).describe('In descending order of cost'),
  prices: z
    .array(
      z.object({
        model: z.string(),
        source: z.enum(['override', 'table']),
        input: price,
        output: price,
        cache_read: price,
        cache_write: price,
      }),
    )
    .describe(
      'Prices in force at the end of the period, or now; each call was billed at the price of its time',
    ),
}).openapi('Invoice');
export type Invoice = z.output<typeof Invoice>;
