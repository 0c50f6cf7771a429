import { z } from '@hono/zod-openapi';
import { VersionRequest } from '../../agents/index.ts';
import { busyPolicies } from '../../db/schema/runs.ts';

export const Inputs = z
  .record(z.string().min(1).max(64), z.union([z.string().max(4000), z.number(), z.boolean()]))
  .describe('Values of the agent’s form fields, for the {{variables}} of its instructions')
  .openapi({ example: { customer_name: 'Ada' } });

export const OptionalVersion = VersionRequest.nullable().openapi({
  type: ['string', 'integer', 'null'],
});

export const OnBusy = z
  .enum(busyPolicies)
  .describe(
    'Handling of a message while a run is active: reject it, queue it, or interrupt the run',
  );

export const maxMessageChars = 100_000;
export const TextPart = z.strictObject({
  type: z.literal('text'),
  text: z.string().min(1).max(maxMessageChars).regex(/\S/, 'Must not be blank.'),
});

/** Text parts are paragraphs of one message. */
export const textOf = ({
  message,
  parts,
}: {
  readonly message?: string | undefined;
  readonly parts?: readonly { text: string }[] | undefined;
}) => message ?? (parts ?? []).map(({ text }) => text).join('\n\n');
