import { z } from '@hono/zod-openapi';
import { Id, Time } from '../../http/schema.ts';
import { located } from '../../knowledge/index.ts';
import { toWireTime } from '../../shared/time.ts';
import { GeneratedFile } from '../../tools/index.ts';
import type { AnyMessageRow } from '../store/messages.ts';
import type { RunRow } from '../store/runs.ts';
import { Feedback, type FeedbackRow, toFeedback } from './feedback.ts';
import { Run, toRun } from './run.ts';

const number = z.int().describe('The number of the marker in the text, such as [1]');

export const FileCitation = z
  .object({
    type: z.literal('file'),
    number: number,
    base_id: Id('kb').nullable().describe('Null for answers of an earlier version'),
    file_id: Id('file'),
    file_name: z.string().openapi({ example: 'manual.pdf' }),
    chunk_id: Id('chk'),
    page: z.int().nullable().describe('Starts at 1; null for formats without pages'),
    start: z.int().describe('Offset of the quote in the file’s extracted text'),
    end: z.int(),
    quote: z.string().describe('Verbatim text of the document'),
    revision: z
      .int()
      .nullable()
      .describe(
        'Revision of the knowledge base at which the passage was found. Reads of the file with `?revision=` return its text, pages and original as they were then, for as long as the base keeps them. Null for answers of an earlier version',
      ),
    ...located,
  })
  .openapi('FileCitation', {
    example: {
      ...{
        type: 'file' as const,
        number: 1,
        base_id: 'kb_01kakzr6z3e9tb2xq7y7n4w5c7',
        file_id: 'file_01kakzr6z3e9tb2xq7y7n4w5c8',
        file_name: 'manual.pdf',
      },
      ...{ chunk_id: 'chk_01kakzr6z3e9tb2xq7y7n4w5c9', page: 3, start: 4210, end: 4293 },
      quote: 'Descale the machine every three months, or when the light flashes.',
      revision: 12,
      page_size: { width: 595.3, height: 841.9, rotation: 0 },
      boxes: [{ page: 3, start: 4210, end: 4293, x: 72, y: 311.5, width: 421.3, height: 13.4 }],
    },
  });

export const PageCitation = z
  .object({
    type: z.literal('url'),
    number,
    url: z.string().describe('Address of the page, after redirects'),
    title: z.string(),
    quote: z
      .string()
      .describe(
        'Verbatim text of the page, or of the excerpt that the search returned, as it was read',
      ),
    published_at: Time.nullable().describe('Date that the search provider states; null for none'),
    retrieved_at: Time,
  })
  .openapi('PageCitation', {
    example: {
      ...{ type: 'url', number: 2, url: 'https://www.example.com/descaling', title: 'Descaling' },
      quote: 'Use citric acid, not vinegar.',
      ...{ published_at: null, retrieved_at: '2026-11-20T09:30:00.000Z' },
    },
  });

const Citation = z.discriminatedUnion('type', [FileCitation, PageCitation]).openapi('Citation', {
  description: 'A passage of a file, or a web page, that the answer cites',
});
type Citation = z.output<typeof Citation>;

/** Fields that answers of earlier versions lack. */
const former = { type: 'file', base_id: null, revision: null, page_size: null, boxes: null };

const toCitation = (stored: Readonly<Record<string, unknown>>): Citation =>
  (stored.type === 'url' ? stored : { ...former, ...stored }) as Citation;

/** An attachment as part of a message. */
export const MessageAttachment = z
  .object({
    id: Id('att'),
    name: z.string().openapi({ example: 'invoice.pdf' }),
    kind: z.enum(['document', 'image']),
    media_type: z.string().openapi({ example: 'application/pdf' }),
    byte_size: z.int(),
  })
  .openapi('MessageAttachment');
export type MessageAttachment = z.output<typeof MessageAttachment>;

export const toMessageAttachment = ({
  id,
  name,
  kind,
  media_type,
  byte_size,
}: MessageAttachment): MessageAttachment => ({
  id,
  name,
  kind,
  media_type,
  byte_size,
});

const Siblings = z
  .object({
    position: z.int().describe('Starts at 1, in order of creation'),
    count: z.int(),
    previous_id: z.string().nullable(),
    next_id: z.string().nullable(),
  })
  .describe(
    'Position among the messages with the same parent, such as regenerated answers and edited questions',
  )
  .openapi('Siblings');

const toolCall = { tool_call_id: z.string(), tool_name: z.string() };

const MessagePart = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('text'), text: z.string() }).openapi('TextPart'),
    z
      .object({ type: z.literal('tool-call'), ...toolCall, input: z.unknown() })
      .openapi('ToolCallPart', {
        description: 'A call of one of the caller’s tools, which ended the run',
      }),
    z
      .object({ type: z.literal('tool-result'), ...toolCall, output: z.unknown() })
      .openapi('ToolResultPart', { description: 'The result of the caller’s tool' }),
    z
      .object({ type: z.literal('file'), ...GeneratedFile.shape })
      .openapi('FilePart', { description: 'A file that code has written for the answer' }),
  ])
  .openapi('MessagePart');

function partsOf(
  { text, prompt, is_withheld = false }: AnyMessageRow,
  files: readonly GeneratedFile[],
): z.output<typeof MessagePart>[] {
  const last = prompt?.at(-1);
  const tools = last?.role === 'assistant' || last?.role === 'tool' ? last.content : [];
  const parts = tools.flatMap((part): z.output<typeof MessagePart>[] => {
    if (part.type === 'tool-call')
      return [
        {
          type: part.type,
          tool_call_id: part.toolCallId,
          tool_name: part.toolName,
          input: part.input,
        },
      ];
    if (part.type !== 'tool-result') return [];
    const { toolCallId: tool_call_id, toolName: tool_name, output } = part;
    return [
      { type: part.type, tool_call_id, tool_name, output: 'value' in output ? output.value : null },
    ];
  });
  return [
    ...(text === '' && (parts.length > 0 || is_withheld) ? [] : [{ type: 'text' as const, text }]),
    ...parts,
    ...files.map((file) => ({ type: 'file' as const, ...file })),
  ];
}

const MessageAuthor = z
  .object({
    type: z.enum(['user', 'api_key', 'root']),
    id: z.string().nullable(),
    name: z.string().nullable().describe('The name that the reply was sent with'),
  })
  .openapi('MessageAuthor');

/** Messages without a run have their own id as `run_id`, which their copies keep. */
const isRunless = ({ run_id }: Pick<AnyMessageRow, 'run_id'>) => run_id.startsWith('msg_');

export const Message = z
  .object({
    id: Id('msg'),
    session_id: Id('ses').nullable().describe('null for a run without a session'),
    seq: z.int().describe('1, 2, 3 … without gaps, over all branches'),
    parent_id: z
      .string()
      .nullable()
      .describe('Id of the preceding message; all answers to a question have the same parent'),
    role: z.enum(['user', 'assistant']),
    text: z.string(),
    parts: z.array(MessagePart),
    citations: z.array(Citation),
    is_withheld: z
      .boolean()
      .describe(
        'True for an answer that was written from a file which the end user may not read, or no longer: it has neither text, parts nor citations',
      ),
    attachments: z.array(MessageAttachment),
    run_id: Id('run')
      .nullable()
      .describe(
        'The run that this message started, or that produced it; null for messages of the time in which a person handled the session',
      ),
    author: MessageAuthor.nullable().describe(
      'The person who has written this reply; null for messages of the end user and of the agent',
    ),
    run: Run.nullable().describe('The run that produced this answer; null on a user’s message'),
    siblings: Siblings.nullable().describe('null in the reply of a run'),
    feedback: z.array(Feedback).describe('Feedback on this answer, at most one per end user'),
    created_at: Time,
  })
  .openapi('Message');
export type Message = z.output<typeof Message>;

export const toMessage = (
  row: AnyMessageRow,
  run: RunRow | undefined,
  {
    feedback = [],
    siblings = null,
  }: {
    feedback?: readonly FeedbackRow[] | undefined;
    siblings?: Message['siblings'] | undefined;
  } = {},
): Message => {
  const own = runOf(row, run);
  return {
    id: row.id,
    session_id: row.session_id,
    seq: row.seq,
    parent_id: row.parent_id,
    role: row.role,
    text: row.text,
    parts: partsOf(row, own?.files ?? []),
    citations: row.citations.map(toCitation),
    is_withheld: row.is_withheld === true,
    attachments: row.attachments
      .filter(({ message_id }) => message_id === row.id)
      .map(toMessageAttachment),
    run_id: isRunless(row) ? null : row.run_id,
    author: row.author ?? null,
    run: own,
    siblings,
    feedback: feedback.map(toFeedback),
    created_at: toWireTime(row.created_at),
  };
};

/** The run of an answer; without files where the answer is withheld. */
const runOf = ({ role, is_withheld }: AnyMessageRow, run: RunRow | undefined): Run | null =>
  role === 'assistant' && run !== undefined
    ? toRun(is_withheld === true ? { ...run, generated_files: null } : run)
    : null;
