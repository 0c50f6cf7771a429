import type { Message, Run } from '../../runs/index.ts';
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
      description: '`completed`, or `requires_action` while a call of a tool waits for a person',
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
          file_id: nullable('string', 'null for a web page'),
          file_name: { type: 'string', description: 'Name of the file, or title of the page' },
          page: { type: ['integer', 'null'] },
          quote: { type: 'string' },
          url: { type: 'string' },
        },
        required: ['number', 'file_id', 'file_name', 'page', 'quote', 'url'],
      },
    },
    files: {
      type: 'array',
      description: 'Files that code has written; the links are valid for 24 hours',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          media_type: { type: 'string' },
          url: { type: 'string' },
        },
        required: ['name', 'media_type', 'url'],
      },
    },
    required_actions: {
      type: 'array',
      description: 'Calls of tools that wait for a person',
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
    reason: reasonOf(action),
  }));
  const citations = message.citations.map((citation) => toSource(citation, origin));
  const files = (run?.files ?? []).map(({ name, media_type, url }) => ({
    ...{ name, media_type },
    url: new URL(url, origin).href,
  }));
  const output = is_structured ? objectOf(text) : null;
  return {
    content: [
      ...(text === '' ? [] : [{ type: 'text' as const, text }]),
      {
        type: 'text' as const,
        text: [
          ...notesOf(message, origin),
          ...citations.map(toLine),
          ...files.map(({ name, url }) => `File ${name}: ${url}`),
        ].join('\n'),
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
      ...(files.length === 0 ? {} : { files }),
      ...(actions.length === 0 ? {} : { required_actions: actions }),
    },
    ...(is_replayed ? { _meta: { 'agentgrid/idempotent_replayed': true } } : {}),
  };
}

function notesOf(
  { text, session_id, run_id, run, is_withheld }: Message,
  origin: string,
): string[] {
  const actions = run?.required_actions ?? [];
  const tools = actions
    .flatMap(({ type, tool_name }) => (type === 'sign_in' ? [] : [`\`${tool_name}\``]))
    .join(', ');
  const servers = actions
    .flatMap((action) => (action.type === 'sign_in' ? [action.server_name] : []))
    .join(', ');
  const list = actions.some(({ type }) => type === 'approval')
    ? `, or in the list GET ${origin}/api/v1/approvals`
    : '';
  return [
    ...(is_withheld
      ? ['The answer is withheld: it was written from files that may not be read.']
      : []),
    ...(servers === ''
      ? []
      : [
          `The run waits for the end user, who has to sign in to ${servers}: their page is the \`url\` of the required action in GET ${origin}/api/v1/runs/${run_id}. ` +
            `Afterwards, submit the action with POST ${origin}/api/v1/runs/${run_id}/actions; then \`get_answer\` with this run_id returns the answer.`,
        ]),
    ...(tools === ''
      ? []
      : [
          `The run waits for a person: an action for ${tools} is required. A person takes it with POST ${origin}/api/v1/runs/${run_id}/actions${list}; ` +
            'then `get_answer` with this run_id returns the answer.',
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

/** A source of the answer: a file of the knowledge, or a web page. */
function toSource(citation: Message['citations'][number], origin: string) {
  const { number, quote } = citation;
  if (citation.type === 'url')
    return {
      ...{ number, file_id: null, file_name: citation.title, page: null, quote },
      url: citation.url,
    };
  const { file_id, file_name, page } = citation;
  return { number, file_id, file_name, page, quote, url: contentUrl(origin, file_id, page) };
}

type Source = ReturnType<typeof toSource>;

const toLine = ({ number, file_name, page, url }: Source) =>
  `[${number}] ${file_name}${page === null ? '' : `, page ${page}`}: ${url}`;

/** Why a call waits. */
function reasonOf(action: NonNullable<Run['required_actions']>[number]): string {
  if (action.type === 'approval') return action.reason;
  if (action.type === 'sign_in') return `The end user has to sign in to ${action.server_name}.`;
  return action.type === 'input'
    ? `${action.server_name} asks the end user for input.`
    : 'The result of a tool of the client.';
}

/** Returns the object that a structured answer is; null for other texts. */
function objectOf(text: string): object | null {
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text) as object;
  } catch {
    return null;
  }
}
