import { toFailure } from '../../http/error-form.ts';
import { Failure } from '../../shared/failure.ts';
import type { McpScope } from './agents.ts';
import { dataOf } from './errors.ts';
import { getPrompt, listPrompts } from './prompts.ts';
import { listResources, listResourceTemplates, readResource } from './resources.ts';
import type { ToolCall } from './tool.ts';
import { callTool, listTools } from './tools.ts';

const invalidParams = -32602;
const internalError = -32603;

const workspaceInstructions =
  'Agents of a workspace. Ask one with its tool `ask_…`; `search` and `fetch` read the documents that they answer from.';

/** Classes of the package for the protocol, which is loaded lazily. */
type Sdk = Pick<typeof import('./sdk.ts'), 'ProtocolError' | 'Server'>;

/** Creates the server of one request. Handlers throw errors of the protocol only: the package would send the message of any other. */
export function createServer(
  { ProtocolError, Server }: Sdk,
  scope: McpScope,
): InstanceType<Sdk['Server']> {
  const { agent, ctx } = scope;
  const server = new Server(
    { name: 'agentgrid', title: agent?.name ?? 'AgentGrid', version: '1' },
    {
      capabilities: { tools: {}, resources: {}, prompts: {} },
      instructions: agent === null ? workspaceInstructions : instructionsOf(agent),
    },
  );
  const answer = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      const failure = toFailure(error);
      if (failure.status >= 500) ctx.log.error('request_failed', { code: failure.code, error });
      const code = failure.status >= 500 ? internalError : invalidParams;
      throw new ProtocolError(code, failure.message, dataOf(failure, ctx.request_id));
    }
  };
  // The package has a type for JSON of its own, which no interface matches.
  server.setRequestHandler('tools/list', ({ params }) =>
    answer(async () => (await listTools(scope, params?.cursor)) as never),
  );
  server.setRequestHandler('tools/call', ({ params }, { mcpReq }) =>
    answer(async () => {
      const call = {
        scope,
        input: params.arguments,
        signal: mcpReq.signal,
        report: reporter(mcpReq),
      };
      const reply = await callTool(params.name, call);
      if (reply === null) throw new Failure('not_found', `Tool \`${params.name}\` does not exist.`);
      return reply as never;
    }),
  );
  server.setRequestHandler('resources/list', ({ params }) =>
    answer(() => listResources(scope, params?.cursor)),
  );
  server.setRequestHandler('resources/templates/list', () =>
    answer(async () => listResourceTemplates(scope)),
  );
  server.setRequestHandler('resources/read', ({ params }) =>
    answer(() => readResource(scope, params.uri)),
  );
  server.setRequestHandler('prompts/list', ({ params }) =>
    answer(() => listPrompts(scope, params?.cursor)),
  );
  server.setRequestHandler('prompts/get', ({ params }) =>
    answer(() => getPrompt(scope, params.name)),
  );
  return server;
}

const instructionsOf = ({ name, description, tool }: NonNullable<McpScope['agent']>): string =>
  [`Ask the agent “${name}” with \`${tool}\`.`, description].filter(Boolean).join(' ');

interface McpRequest {
  readonly _meta?: { readonly progressToken?: string | number | undefined } | undefined;
  readonly notify: (notification: {
    method: string;
    params: Record<string, unknown>;
  }) => Promise<void>;
}

/** Returns a function that reports progress to a client that has asked for it. */
function reporter({ _meta, notify }: McpRequest): ToolCall['report'] {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return async () => undefined;
  let progress = 0;
  return async (message) => {
    progress += 1;
    const params = { progressToken, progress, message };
    await notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}
