import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { Message, type NativeStream, respond, runFailures } from '../../runs/index.ts';
import { Session } from '../schema.ts';
import { ForkSession, Regenerate, SendMessage } from '../send-schema.ts';
import { forkSession } from './fork.ts';
import { getMessage } from './list-messages.ts';
import { edit, regenerate } from './service.ts';

const message = z.object({ message: Id('msg') });
const tag = 'Sessions';
const failures = [...runFailures, 'conflict', 'session_busy', 'session_closed'] as const;

const plainRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/messages/{message}',
      access: 'messages:read',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Get a message',
      params: message,
      reply: {
        status: 200,
        schema: Message,
        description: 'The message with its run, feedback and siblings',
      },
    },
    (ctx, { params }) => getMessage(ctx, params.message),
  )
  .endpoint(
    {
      method: 'post',
      path: '/sessions/{session}/fork',
      access: 'sessions:write',
      tag,
      summary: 'Fork a session',
      description:
        'Creates a session with the branch up to and including a message: texts, citations and files, at most 5,000 messages. Nothing ' +
        'is counted twice: the copies name the runs that produced them, and `run` is null once the original session is erased.',
      params: z.object({ session: Id('ses') }),
      body: ForkSession,
      reply: { status: 201, schema: Session, description: 'The new session' },
      failures: ['conflict', 'quota_exceeded'],
    },
    (ctx, { params, body }) => forkSession(ctx, params.session, body),
  );

const regenerateRoutes = (stream: NativeStream) =>
  new Router().endpoint(
    {
      method: 'post',
      path: '/messages/{message}/regenerate',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Regenerate an answer',
      description:
        'Generates another answer to a question; the path names the question or one of its answers. The new answer is a sibling and becomes ' +
        'the head of the session; messages below the other answers stay in their branches. Streaming and idempotency work as for a message.',
      params: message,
      body: Regenerate,
      alsoProduces: ['text/event-stream'],
      events: stream.events,
      reply: { status: 200, schema: Message, description: 'The new answer' },
      failures,
      ownsIdempotency: true,
    },
    async (ctx, { params, body, request }) =>
      respond(ctx, await regenerate(ctx, params.message, body), stream, body, request),
  );

const editRoutes = (stream: NativeStream) =>
  new Router().endpoint(
    {
      method: 'post',
      path: '/messages/{question}/edit',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Edit a question',
      description:
        'Adds an edited question as a sibling of the original, which stays with its branch. The session ' +
        'continues from the new one. `attachments` default to those of the original.',
      params: z.object({ question: Id('msg') }),
      body: SendMessage,
      alsoProduces: ['text/event-stream'],
      events: stream.events,
      reply: { status: 200, schema: Message, description: 'The answer to the new question' },
      failures,
      ownsIdempotency: true,
    },
    async (ctx, { params, body, request }) =>
      respond(ctx, await edit(ctx, params.question, body), stream, body, request),
  );

/** Returns the routes that branch a conversation: regenerate, edit, fork. */
export function treeRoutes(stream: NativeStream): Router {
  const routes = new Router();
  for (const some of [plainRoutes, regenerateRoutes(stream), editRoutes(stream)])
    routes.include('/', some);
  return routes;
}
