import { z } from '@hono/zod-openapi';
import { cors } from 'hono/cors';
import { AgentParameter } from '../../agents/index.ts';
import { exposeHeaders } from '../../http/expose-headers.ts';
import { Router } from '../../http/router.ts';
import { mcpErrors } from './errors.ts';
import { hostGuard } from './host-guard.ts';
import { McpMessage, McpResponse } from './schema.ts';
import { serveMcp } from './serve.ts';

const common = {
  method: 'post',
  access: 'sessions:write',
  for_end_users: true,
  tag: 'MCP',
  body: McpMessage,
  alsoProduces: ['text/event-stream'],
  events: () => McpResponse,
  reply: { status: 200, schema: McpResponse, description: 'The response, or its events' },
  alsoAnswers: { 202: { description: 'A notification was received' } },
  failures: ['not_found', 'agent_archived'],
  ownsIdempotency: true,
} as const;

const what =
  'Streamable HTTP without sessions, for the protocol revisions from 2024-11-05 to 2026-07-28: one tool `ask_…` for each agent, `search` and `fetch` over ' +
  'their documents, `get_answer`; starter questions as prompts; for roles that may read files, the documents as resources. Failures of tools are ' +
  'results with `isError`. `Idempotency-Key` applies to `ask_…`. `X-End-User-Id` names the end user that an API key acts for.';

export const mcpRoutes = new Router(mcpErrors);
mcpRoutes.use(
  '/mcp/*',
  hostGuard,
  cors({ origin: (origin) => origin, exposeHeaders, maxAge: 600 }),
);
mcpRoutes
  .endpoint(
    {
      ...common,
      path: '/mcp',
      summary: 'Serve MCP',
      operationId: 'serveMcp',
      description: `The agents that the credential covers, as a server of the Model Context Protocol. ${what}`,
    },
    (ctx, input) => serveMcp(ctx, null, input),
  )
  .endpoint(
    {
      ...common,
      path: '/mcp/agents/{agent}',
      summary: 'Serve MCP of an agent',
      operationId: 'serveAgentMcp',
      description: `One agent as a server of the Model Context Protocol. ${what}`,
      params: z.object({ agent: AgentParameter }),
    },
    (ctx, { params, ...input }) => serveMcp(ctx, params.agent, input),
  );
