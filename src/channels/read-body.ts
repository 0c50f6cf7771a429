import { z } from '@hono/zod-openapi';
import { Failure } from '../shared/failure.ts';

/** Reads the JSON of a verified request. Throws `malformed_request`. */
export function readJson<Schema extends z.ZodType>(
  body: Uint8Array<ArrayBuffer>,
  schema: Schema,
): z.output<Schema> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body);
    return schema.parse(JSON.parse(text));
  } catch (error) {
    if (
      !(error instanceof z.ZodError || error instanceof SyntaxError || error instanceof TypeError)
    )
      throw error;
    throw new Failure('malformed_request', 'The body does not have the format of the channel.');
  }
}

/** Credentials and settings that several channels have. */
export const secret = z.string().trim().min(8).max(2000);
export const apiUrl = (official: string) =>
  z
    .url()
    .max(500)
    .regex(/^https:\/\/[^?#]+[^/?#]$/, 'An https URL without a trailing slash.')
    .default(official)
    .describe('Address of the API; cannot be changed later');
