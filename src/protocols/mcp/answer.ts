import type { Message } from '../../runs/index.ts';
import { inlineReferences } from '../../shared/json-schema/index.ts';
import { contentUrl } from './content-url.ts';
import type { ToolReply } from './tool.ts';

const nullable = (type: string, description: string) => ({ type: [type, 'null'], description });

/** JSON Schema of what `ask_…` and `get_answer` return; `output` is that of an agent with structured answers. */
export const answerSchema = (output: Readonly<Record<string, unknown>> | null) => ({
  type: 'object' as const,
  properties: {
    answer: { type: 'string', description: 'The answer, with markers of citations such as [1]' },
    // References would be relative to this schema.
    ...(output === null ? {} : { output: inlineReferences(output) ?? { type: 'object' } }),
    status: {
      type: 'string',
      description:
        '`completed`, or `requires_action` while a person has to decide about a call of a tool',
    },
    session_id: nullable('string', 'Send it with the next question to continue the conversation'),
    run_id: { type: 'string' },
    finish_reason: nullable('string', 'Reason for the end, such as `stop` or `no_answer`'),
    confidence: nullable('number', 'Estimated probability that the documents answer the question'),
    coverage: nullable('string', '`full`, `partial` or `none`: how far the documents answer it'),
    citations: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          number: { type: 'integer' },
          file_id: { type: 'string' },
          file_name: { type: 'string' },
          page: { type: ['integer', 'null'] },
          quote: { type: 'string' },
          url: { type: 'string' },
        },
        required: ['number', 'file_id', 'file_name', 'page', 'quote', 'url'],
      },
    },
    required_actions: {
      type: 'array',
      description: 'Calls of tools that wait for a decision',
      items: {
        type: 'object',
        properties: {
          tool_call_id: { type: 'string' },
          tool_name: { type: 'string' },
          reason: { type: 'string' },
        },
        required: ['tool_call_id', 'tool_name', 'reason'],
      },
    },
  },
  required: ['answer', 'status', 'session_id', 'run_id', 'confidence', 'citations'],
});

interface AnswerOptions {
  readonly origin: string;
  /** The text may be an object that follows the output schema of the agent. */
  readonly is_structured: boolean;
  /** An earlier request with the same idempotency key has started the run. */
  readonly is_replayed: boolean;
}

/** Returns the result of a tool for an answer. Models of many clients read the text only, so it names all that they need. */
export function toAnswerReply(
  message: Message,
  { origin, is_structured, is_replayed }: AnswerOptions,
): ToolReply {
  const { text, session_id, run_id, run } = message;
  const actions = (run?.required_actions ?? []).map((action) => ({
    tool_call_id: action.tool_call_id,
    tool_name: action.tool_name,
    reason: action.type === 'approval' ? action.reason : 'The result of a tool of the client.',
  }));
  const citations = message.citations.map(({ number, file_id, file_name, page, quote }) => ({
    ...{ number, file_id, file_name, page, quote },
    url: contentUrl(origin, file_id, page),
  }));
  const output = is_structured ? objectOf(text) : null;
  return {
    content: [
      ...(text === '' ? [] : [{ type: 'text' as const, text }]),
      {
        type: 'text' as const,
        text: [...notesOf(message, origin), ...citations.map(toLine)].join('\n'),
      },
    ],
    structuredContent: {
      answer: text,
      ...(output === null ? {} : { output }),
      status: run?.status ?? 'completed',
      ...{ session_id, run_id },
      finish_reason: run?.finish_reason ?? null,
      confidence: run?.confidence ?? null,
      coverage: run?.coverage ?? null,
      citations,
      ...(actions.length === 0 ? {} : { required_actions: actions }),
    },
    ...(is_replayed ? { _meta: { 'agentgrid/idempotent_replayed': true } } : {}),
  };
}

function notesOf(
  { text, session_id, run_id, run, is_withheld }: Message,
  origin: string,
): string[] {
  const tools = run?.required_actions?.map(({ tool_name }) => `\`${tool_name}\``).join(', ');
  return [
    ...(is_withheld
      ? ['The answer is withheld: it was written from files that may not be read.']
      : []),
    ...(tools === undefined
      ? []
      : [
          `The run waits for a person: a decision about ${tools} is required. A person decides with POST ${origin}/api/v1/runs/${run_id}/actions, ` +
            `or in the list GET ${origin}/api/v1/approvals; then \`get_answer\` with this run_id returns the answer.`,
        ]),
    ...(run?.status === 'limit_exceeded' ? ['A limit of the agent ended the answer early.'] : []),
    ...(run?.status === 'cancelled' && text !== ''
      ? ['The run was cancelled; this is its text so far.']
      : []),
    ...(session_id === null
      ? []
      : [`session_id: ${session_id} (send it to continue this conversation)`]),
    `run_id: ${run_id}`,
  ];
}

const toLine = ({
  number,
  file_name,
  page,
  url,
}: {
  number: number;
  file_name: string;
  page: number | null;
  url: string;
}) => `[${number}] ${file_name}${page === null ? '' : `, page ${page}`}: ${url}`;

/** Returns the object that a structured answer is; null for other texts. */
function objectOf(text: string): object | null {
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text) as object;
  } catch {
    return null;
  }
}
