import { z } from '@hono/zod-openapi';
import { Groups, Time } from '../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import type { FileRow } from './file-store.ts';

export const FileReplacement = z
  .object({
    name: z.string(),
    media_type: z.string(),
    byte_size: z.int(),
    sha256: z.string(),
    encoding: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    groups: Groups.nullable().describe(
      'Groups of the file when the content is ready. Until then readers need one of these and one of those of the file: an upload narrows `groups` at once and widens it with its content',
    ),
    created_at: Time.describe('When the content was uploaded'),
    failed_at: Time.nullable().describe(
      'When its processing failed; null while it is processed. `error` has the reason. Process the file again to retry, or upload other content',
    ),
  })
  .nullable()
  .describe(
    'Content that takes the place of that of the file when it is ready. Until then, and if it fails, the file keeps its name, size, original and text. Null without any',
  );

/** Returns the replacement of a file as clients see it; null without one. */
export function toReplacement({
  replacement,
  groups,
}: Pick<FileRow, 'replacement' | 'groups'>): z.output<typeof FileReplacement> {
  if (replacement === null) return null;
  const { original_id: _, created_at, failed_at, ...content } = replacement;
  return {
    ...content,
    groups: content.groups === undefined ? groups : content.groups,
    created_at: toWireTime(created_at),
    failed_at: toWireTimeOrNull(failed_at ?? null),
  };
}
