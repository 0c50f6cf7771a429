import { z } from '@hono/zod-openapi';
import { Agent, AgentParameter } from '../agents/index.ts';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { type NativeStream, runFailures, wantsStream } from '../runs/index.ts';
import { reserveSession } from './claim.ts';
import { answerMessage } from './converse.ts';
import { createDesignedAgent } from './create-designed-agent.ts';
import { improveAgent } from './improve/improve-agent.ts';
import { ImproveAgent, Improvement } from './improve/schema.ts';
import { LintAgent, LintResult, lintAgent } from './lint-agent.ts';
import {
  ArchitectConversation,
  ArchitectReply,
  ArchitectSession,
  CreateArchitectSession,
  CreateDesignedAgent,
  SendArchitectMessage,
  SessionQuery,
  TestDraft,
} from './schema.ts';
import { createSession, deleteSession, getSession, listSessions } from './sessions.ts';
import { architectEvent, toReplyStream } from './stream.ts';
import { AgentSuggestion, SuggestAgent, suggestAgent } from './suggest.ts';
import { testDraft } from './test-draft.ts';

const tag = 'Architect';
const one = z.object({ architect_session: Id('ars') });
const modelFailures = [...runFailures, 'structured_output_failed', 'budget_exceeded'] as const;

const sessionRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/architect/sessions',
      access: 'architect:use',
      tag,
      summary: 'Create an architect session',
      description:
        'Starts a conversation that designs an agent. The architect is an agent run on the model of the workspace; without one it is built ' +
        'in (`by: builtin`) and follows rules. Sessions are deleted 30 days after their last change.',
      body: CreateArchitectSession,
      reply: {
        status: 201,
        schema: ArchitectConversation,
        description: 'The session with the first question',
      },
    },
    (ctx, { body }) => createSession(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/architect/sessions',
      access: 'architect:use',
      tag,
      summary: 'List architect sessions',
      query: SessionQuery,
      reply: {
        status: 200,
        schema: pageOf(ArchitectSession),
        description: 'Sessions, newest first, without messages',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listSessions(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/architect/sessions/{architect_session}',
      access: 'architect:use',
      tag,
      summary: 'Get an architect session',
      params: one,
      reply: {
        status: 200,
        schema: ArchitectConversation,
        description: 'The session with its messages',
      },
    },
    (ctx, { params }) => getSession(ctx, params.architect_session),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/architect/sessions/{architect_session}',
      access: 'architect:use',
      tag,
      summary: 'Delete an architect session',
      description:
        'Deletes the session with its messages, and its documents unless an agent was created.',
      params: one,
      reply: { status: 204, description: 'Deleted' },
      failures: ['session_busy'],
    },
    (ctx, { params }) => deleteSession(ctx, params.architect_session).then(() => undefined),
  );

const draftRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/architect/sessions/{architect_session}/test',
      access: 'architect:use',
      tag,
      summary: 'Test an architect draft',
      description:
        'Answers the test questions with the draft, as preview runs without tools that change something, and returns the answers with their ' +
        'cost. Waits for no documents: 409 while they are processed.',
      params: one,
      body: TestDraft,
      reply: { status: 200, schema: ArchitectSession, description: 'The session with `previews`' },
      failures: ['session_busy', 'conflict', 'agent_archived'],
    },
    (ctx, { params, body }) => testDraft(ctx, params.architect_session, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/architect/sessions/{architect_session}/create-agent',
      access: 'architect:use',
      tag,
      summary: 'Create the agent of an architect session',
      operationId: 'createDesignedAgent',
      description:
        'Creates the agent with everything in the draft. It searches its own knowledge base and those of the draft; test questions become ' +
        'golden questions where the file that answers them is known, the others are in `config.metadata`.',
      params: one,
      body: CreateDesignedAgent,
      reply: { status: 201, schema: Agent, description: 'The agent' },
      failures: ['session_busy', 'conflict', 'slug_taken', 'quota_exceeded'],
    },
    (ctx, { params, body }) => createDesignedAgent(ctx, params.architect_session, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/architect/suggest',
      access: 'architect:use',
      tag,
      summary: 'Suggest an agent',
      description:
        'Writes name, description, instructions and test questions for a brief in one shot. Stores nothing.',
      body: SuggestAgent,
      reply: { status: 200, schema: AgentSuggestion, description: 'The suggestion' },
      failures: modelFailures,
    },
    (ctx, { body }) => suggestAgent(ctx, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/improve',
      access: 'agents:write',
      tag,
      summary: 'Improve an agent',
      description:
        'Proposes changes from bad ratings, answers with little support in the documents and failed golden questions, each with its reason and ' +
        'evidence, and creates a draft version of them. It is never activated by itself: try it out with `version`, then activate it.',
      params: z.object({ agent: AgentParameter }),
      body: ImproveAgent,
      reply: {
        status: 200,
        schema: Improvement,
        description: 'The draft version with its reasons',
      },
      failures: modelFailures,
    },
    (ctx, { params, body }) => improveAgent(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/lint',
      access: 'agents:write',
      tag,
      summary: 'Lint an agent',
      description:
        'Checks a configuration by rules: contradictions, missing scope, no rule for unanswerable questions, long or duplicated instructions, ' +
        'tools without purpose, unknown variables, credentials. No model is called.',
      params: z.object({ agent: AgentParameter }),
      body: LintAgent,
      reply: { status: 200, schema: LintResult, description: 'The findings' },
    },
    (ctx, { params, body }) => lintAgent(ctx, params.agent, body),
  );

const messageRoutes = ({ headers }: Pick<NativeStream, 'headers'>) =>
  new Router().endpoint(
    {
      method: 'post',
      path: '/architect/sessions/{architect_session}/messages',
      access: 'architect:use',
      tag,
      summary: 'Send a message to the architect',
      operationId: 'sendArchitectMessage',
      description:
        'Answers a message and updates the draft, as JSON or as a UI message stream (v1) of the AI SDK whose `data-architect` part is the ' +
        'session. A failed message leaves the session as it was: send it again.',
      params: one,
      body: SendArchitectMessage,
      bodyLimit: 4_000_000,
      alsoProduces: ['text/event-stream'],
      events: architectEvent,
      reply: {
        status: 200,
        schema: ArchitectReply,
        description: 'The answer, and the session after it',
      },
      failures: [...modelFailures, 'session_busy', 'conflict', 'quota_exceeded'],
      replay: (reply, { body, request }) =>
        wantsStream(body, request) ? toReplyStream(headers, async () => reply) : reply,
    },
    async (ctx, { params, body, request }) => {
      const session = await reserveSession(ctx, params.architect_session);
      return wantsStream(body, request)
        ? toReplyStream(headers, () => answerMessage(ctx, session, body), ctx.log)
        : answerMessage(ctx, session, body);
    },
  );

export function architectRoutes(native: Pick<NativeStream, 'headers'>): Router {
  const routes = new Router();
  for (const some of [sessionRoutes, messageRoutes(native), draftRoutes]) routes.include('/', some);
  return routes;
}
