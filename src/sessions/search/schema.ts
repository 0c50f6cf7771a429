import { z } from '@hono/zod-openapi';
import { Id, Time } from '../../http/schema.ts';
import { toWireTimeOrNull } from '../../shared/time.ts';
import { Session } from '../schema.ts';
import { snippetOf } from './snippet.ts';
import type { HitRow } from './store.ts';

export const SessionMatch = z
  .object({
    message_id: Id('msg').nullable().describe('null for a match in the title'),
    role: z.enum(['user', 'assistant']).nullable(),
    snippet: z
      .string()
      .describe('Plain text around the first matched word, with … where it is cut'),
    highlights: z
      .array(z.object({ start: z.int(), end: z.int() }))
      .describe('Offsets of the matched words: `snippet.slice(start, end)`, in UTF-16 code units'),
    created_at: Time.nullable(),
  })
  .openapi('SessionMatch');
export type SessionMatch = z.output<typeof SessionMatch>;

export const ListedSession = Session.extend({
  matches: z
    .array(SessionMatch)
    .describe(
      'With `q`: up to 3 hits, the title first, then the earliest messages; otherwise empty',
    ),
  match_count: z
    .int()
    .nullable()
    .describe('With `q`: number of hits in the title and the messages'),
}).openapi('ListedSession');
export type ListedSession = z.output<typeof ListedSession>;

export function toMatch(row: HitRow, title: string | null, words: readonly string[]): SessionMatch {
  const { text, highlights } = snippetOf(
    row.message_id === null ? (title ?? '') : (row.text ?? ''),
    words,
    row.at > 1,
  );
  return {
    message_id: row.message_id,
    role: row.role,
    snippet: text,
    highlights: [...highlights],
    created_at: toWireTimeOrNull(row.created_at),
  };
}
