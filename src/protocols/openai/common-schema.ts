import { z } from '@hono/zod-openapi';
import { EndUserId } from '../../http/schema.ts';

/** A field that clients send and that changes nothing here. */
export const ignored = () => z.unknown().optional().describe('Accepted, without effect here');

/** A field that would change the answer and cannot be had: refused rather than ignored. */
export const refused = (detail: string) =>
  z
    .unknown()
    .optional()
    .refine(
      (value) => value === undefined || value === null || value === false || isEmpty(value),
      `${detail} is not supported.`,
    )
    .describe(`Not supported: only null, false or empty`);

const isEmpty = (value: unknown): boolean =>
  value === 0 || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** Characters of a file inside a request: base64 of 10 MB. Larger ones are uploaded, so that they are never in memory as text. */
export const maxInlineFile = 13_400_000;
/** Bytes of a request with files. */
export const inlineBodyLimit = 16 * 1024 * 1024;
const longestText = 1_000_000;
export const Text = z.string().max(longestText);

/** Who asks, in the caller's own terms: the end user of the session and of its usage. */
export const User = EndUserId.nullish()
  .describe('Who asks, in your own terms')
  .openapi({ example: 'customer-4711' });

export const Metadata = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((value) => Object.keys(value).length <= 16, 'At most 16 keys.')
  .nullish()
  .describe(
    'Your own; a key that is called like an input of the agent gives its value, numbers and booleans as text',
  )
  .openapi({ example: { team: 'support' } });

export const sampling = {
  temperature: z
    .number()
    .min(0)
    .max(2)
    .nullish()
    .describe('The agent’s own unless given, as for the others'),
  top_p: z.number().min(0).max(1).nullish(),
};

export const effort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish();

export const toolName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'Letters, digits, `_` and `-`, at most 64.');

/** A JSON Schema as a caller gives it. */
export const JsonSchema = z
  .record(z.string(), z.unknown())
  .openapi({ example: { type: 'object', properties: { city: { type: 'string' } } } });

/** What a caller's own tool is; nobody here runs it. */
export const functionFields = {
  name: toolName.openapi({ example: 'get_weather' }),
  description: z.string().max(4096).nullish(),
  parameters: JsonSchema.nullish().describe('JSON Schema of the arguments'),
  strict: z.boolean().nullish(),
};

/** Which of the caller's tools may be called: OpenAI's `allowed_tools`. */
export const allowedFields = <Name extends z.ZodType>(name: Name) => ({
  mode: z
    .enum(['auto', 'required'])
    .describe('required: the first step of the answer calls one of them'),
  tools: z.array(name).min(1).max(maxTools),
});

export const maxTools = 128;
export const maxItems = 1000;

export const TextFormat = z.strictObject({ type: z.literal('text') });
export const JsonFormat = z.strictObject({ type: z.literal('json_object') });
export const schemaFields = {
  name: toolName.openapi({ example: 'answer' }),
  description: z.string().max(4096).nullish(),
  schema: JsonSchema,
  strict: z.boolean().nullish(),
};
