import { z } from '@hono/zod-openapi';
import { Router } from '../http/router.ts';
import { isVisitor } from '../platform/context.ts';
import { createSession, OpenedSession } from '../sessions/index.ts';
import { getSharedAgent, linkOfSession, openLink, requestCode } from './visit.ts';
import {
  Address,
  CreateSharedSession,
  OpenLink,
  RequestCode,
  SharedAgent,
  Visit,
} from './visit-schema.ts';

const shared = z.object({ shared: Address });
const tag = 'Share links';

/** What the chat page and the widget call, without a key. */
export const visitRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/shared/{shared}',
      access: 'public',
      tag,
      summary: 'Get a shared agent',
      description: 'The title of the chat, and whether a visitor has to verify an address.',
      params: shared,
      reply: { status: 200, schema: SharedAgent, description: 'What a visitor may know' },
      failures: ['forbidden', 'rate_limited'],
    },
    (ctx, { params, request }) => getSharedAgent(ctx, params.shared, request),
  )
  .endpoint(
    {
      method: 'post',
      path: '/shared/{shared}/codes',
      access: 'public',
      tag,
      summary: 'Request a code',
      operationId: 'requestShareCode',
      description:
        'Sends a code of 8 digits to an address that the link admits, at most once a minute and ten times a day. It is valid for 10 minutes and 5 tries. The response is the same for every address.',
      params: shared,
      body: RequestCode,
      reply: { status: 204, description: 'Sent, if the link admits the address' },
      failures: ['forbidden', 'conflict', 'rate_limited'],
    },
    async (ctx, { params, body, request }) =>
      void (await requestCode(ctx, params.shared, body, request)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/shared/{shared}/visitors',
      access: 'public',
      tag,
      summary: 'Open a share link',
      description:
        'Returns the token of a visitor, which the routes of sessions, messages, runs, attachments and feedback accept, for an hour. With `refresh_token` the visitor of an earlier visit continues.',
      params: shared,
      body: OpenLink,
      reply: { status: 200, schema: Visit, description: 'The tokens of the visitor' },
      failures: ['unauthenticated', 'forbidden', 'share_limit', 'rate_limited'],
    },
    (ctx, { params, body, request }) => openLink(ctx, params.shared, body, request),
  )
  .endpoint(
    {
      method: 'post',
      path: '/shared/{shared}/sessions',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Create a session of a share link',
      operationId: 'createSharedSession',
      description:
        'Starts a session of the visitor, with the version of the link. With a key, it is a session of the key.',
      params: shared,
      body: CreateSharedSession,
      reply: {
        status: 201,
        schema: OpenedSession,
        description: 'The session, with its greeting and starter questions',
      },
      failures: ['agent_archived', 'share_limit', 'quota_exceeded'],
    },
    async (ctx, { params, body }) => {
      const { agent_id, version } = await linkOfSession(ctx, params.shared);
      const { actor } = ctx;
      // The link has chosen the version, which its visitors may not.
      const free =
        actor.type === 'end_user' && isVisitor(actor)
          ? { ...ctx, actor: { ...actor, versions: 'any' as const } }
          : ctx;
      return createSession(free, agent_id, {
        ...{ version, inputs: body.inputs, title: null, end_user_id: null },
        ...{ on_busy: 'reject', expires_in_s: null, metadata: {} },
      });
    },
  );
