import { z } from '@hono/zod-openapi';
import { EndUserId } from '../../http/schema.ts';

/** Returns the schema of a field that clients send and that has no effect. */
export const ignored = () => z.unknown().optional().describe('Accepted and ignored');

/** Returns the schema of an unsupported field. It is rejected and not ignored, since it would change the answer. */
export const refused = (detail: string) =>
  z
    .unknown()
    .optional()
    .refine(
      (value) => value === undefined || value === null || value === false || isEmpty(value),
      `${detail} is not supported.`,
    )
    .describe('Not supported: must be null, false or empty');

const isEmpty = (value: unknown): boolean =>
  value === 0 || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/**
 * Maximum characters of an inline file: base64 of 10 MB. Larger files must be uploaded, so that
 * they are never in memory as text.
 */
export const maxInlineFile = 13_400_000;
/** Maximum bytes of a request with inline files. */
export const inlineBodyLimit = 16 * 1024 * 1024;
const maxTextChars = 1_000_000;
export const Text = z.string().max(maxTextChars);

/** The caller's id of the end user. The session and its usage rows are attributed to this user. */
export const User = EndUserId.nullish()
  .describe('Your id of the end user')
  .openapi({ example: 'customer-4711' });

export const Metadata = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((value) => Object.keys(value).length <= 16, 'Must have at most 16 keys.')
  .nullish()
  .describe(
    'Your own key-value pairs. A key with the name of an input of the agent sets that input; write numbers and booleans as text',
  )
  .openapi({ example: { team: 'support' } });

export const sampling = {
  temperature: z
    .number()
    .min(0)
    .max(2)
    .nullish()
    .describe('Default: the setting of the agent. The same applies to the other settings'),
  top_p: z.number().min(0).max(1).nullish(),
};

export const effort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish();

export const toolName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'Must be 1 to 64 letters, digits, `_` or `-`.');

/** A JSON Schema in a request. Its keywords are validated later. */
export const JsonSchema = z
  .record(z.string(), z.unknown())
  .openapi({ example: { type: 'object', properties: { city: { type: 'string' } } } });

/** The fields of a client tool. The caller executes it. */
export const functionFields = {
  name: toolName.openapi({ example: 'get_weather' }),
  description: z.string().max(4096).nullish(),
  parameters: JsonSchema.nullish().describe('JSON Schema of the arguments'),
  strict: z.boolean().nullish(),
};

/** Returns the fields of OpenAI's `allowed_tools`, which restricts the callable client tools. */
export const allowedFields = <Name extends z.ZodType>(name: Name) => ({
  mode: z
    .enum(['auto', 'required'])
    .describe('`required`: the first step of the answer calls one of these tools'),
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
