import { toFailure } from '../../http/error-form.ts';
import { resolvePins } from '../../tools/index.ts';
import { agentOfTool, listMcpAgents, type McpAgent, type McpScope } from './agents.ts';
import { answerSchema } from './answer.ts';
import type { ObjectSchema } from './arguments.ts';
import { ask, askInputSchema } from './ask.ts';
import { dataOf } from './errors.ts';
import { fetchDocument, fetchInputSchema, fetchOutputSchema } from './fetch.ts';
import { getAnswer, getAnswerSchema } from './get-answer.ts';
import { search, searchInputSchema, searchOutputSchema } from './search.ts';
import type { ToolCall, ToolReply } from './tool.ts';

/** A tool that is the same for all agents. */
interface CommonTool {
  readonly title: string;
  readonly description: string;
  readonly input: (scope: McpScope, agents: number) => ObjectSchema;
  readonly output: ObjectSchema;
  readonly call: (call: ToolCall) => Promise<ToolReply>;
}

const commonTools: Readonly<Record<string, CommonTool>> = {
  search: {
    title: 'Search the documents',
    description:
      'Searches the documents that the agents answer from. Returns the passages that were found, best first; `fetch` returns the document of a result.',
    input: searchInputSchema,
    output: searchOutputSchema,
    call: search,
  },
  fetch: {
    title: 'Read a document',
    description:
      'Returns the text of a result of `search`: the document, in parts if it is long, or the passage with the text around it.',
    input: fetchInputSchema,
    output: fetchOutputSchema,
    call: fetchDocument,
  },
  get_answer: {
    title: 'Get an answer',
    description:
      'Returns the answer of a run by its `run_id`: after a person has decided about a call of a tool, or when the connection was lost. Waits while the run executes.',
    input: getAnswerSchema,
    output: answerSchema({}),
    call: getAnswer,
  },
};

const readOnly = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** Lists a page of tools: those of the agents, and on the first page the common ones. Throws `invalid_cursor`. */
export async function listTools(scope: McpScope, cursor: string | undefined) {
  const { data, next_cursor } = await listMcpAgents(scope, 'tools', cursor);
  const count = next_cursor === null ? data.length : Number.POSITIVE_INFINITY;
  const common = cursor === undefined ? Object.entries(commonTools) : [];
  return {
    tools: [
      ...(await Promise.all(data.map((agent) => toTool(scope, agent)))),
      ...common.map(([name, { title, description, input, output }]) => ({
        ...{ name, title, description },
        inputSchema: input(scope, count),
        outputSchema: output,
        annotations: readOnly,
      })),
    ],
    ...(next_cursor === null ? {} : { nextCursor: next_cursor }),
  };
}

async function toTool(
  { ctx }: McpScope,
  { tool: name, name: title, description, config, tools }: McpAgent,
) {
  const effects = (await resolvePins(ctx, tools)).map(({ effect }) => effect);
  // Another agent may have any tools.
  const delegates = tools.some(({ kind }) => kind === 'agent');
  const purpose = description === '' ? `Asks the agent “${title}”.` : description;
  return {
    ...{ name, title },
    description: `${purpose}\n\nAnswers one message; \`session_id\` of an answer continues the conversation.`,
    inputSchema: askInputSchema(config),
    outputSchema: answerSchema(config.output_schema),
    annotations: {
      readOnlyHint: !delegates && effects.every((effect) => effect === 'read'),
      destructiveHint: delegates || effects.includes('destructive'),
      idempotentHint: false,
      openWorldHint: effects.length > 0,
    },
  };
}

/** Calls a tool. Failures are results that a model can read; null for a tool that does not exist in scope. */
export async function callTool(name: string, call: ToolCall): Promise<ToolReply | null> {
  try {
    const common = Object.hasOwn(commonTools, name) ? commonTools[name] : undefined;
    if (common !== undefined) return await common.call(call);
    const agent = await agentOfTool(call.scope, name);
    return agent === null ? null : await ask(agent, call);
  } catch (error) {
    return toErrorReply(call.scope, error);
  }
}

/** Returns a failure as the result of a tool. Details of an unknown error stay in the log. */
function toErrorReply({ ctx }: McpScope, error: unknown): ToolReply {
  const failure = toFailure(error);
  if (failure.status >= 500) ctx.log.error('request_failed', { code: failure.code, error });
  const { errors = [], retryAfter } = failure.options;
  const data = dataOf(failure, ctx.request_id);
  const notes = [
    ...errors.slice(1).map(({ pointer, detail }) => `${pointer}: ${detail}`),
    ...(retryAfter === undefined ? [] : [`Retry after ${retryAfter} seconds.`]),
    ...('run_id' in data ? [`run_id: ${data.run_id}`] : []),
    `(${failure.code}, request ${ctx.request_id})`,
  ];
  return {
    isError: true,
    content: [{ type: 'text', text: [failure.message, ...notes].join('\n') }],
    _meta: { 'agentgrid/error': data },
  };
}
