import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { CreateShareLink, ShareLink, ShareLinksQuery, UpdateShareLink } from './schema.ts';
import {
  createShareLink,
  getShareLink,
  listShareLinks,
  removeShareLink,
  updateShareLink,
} from './service.ts';

const tag = 'Share links';
const ofAgent = z.object({ agent: AgentParameter });
const one = z.object({ share_link: Id('shl') });
const originOf = ({ url }: Request) => new URL(url).origin;

export const shareLinkRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/share-links',
      access: 'agents:write',
      tag,
      summary: 'Create a share link',
      description:
        'A URL at which people chat with the agent, without a key: the page `/chat/…`, or the widget in a page of yours. Answers use files without groups only.',
      params: ofAgent,
      body: CreateShareLink,
      reply: { status: 201, schema: ShareLink, description: 'The link' },
      failures: ['agent_archived', 'conflict', 'quota_exceeded'],
    },
    (ctx, { params, body, request }) => createShareLink(ctx, params.agent, body, originOf(request)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/share-links',
      access: 'agents:read',
      tag,
      summary: 'List share links',
      params: ofAgent,
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(ShareLink), description: 'Links, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query, request }) =>
      listShareLinks(ctx, { ...query, agent: params.agent }, originOf(request)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/share-links',
      access: 'agents:read',
      tag,
      summary: 'List all share links',
      description: 'Links of all agents. A key that is limited to agents sees theirs.',
      query: ShareLinksQuery,
      reply: { status: 200, schema: pageOf(ShareLink), description: 'Links, newest first' },
      failures: ['invalid_cursor', 'not_found'],
    },
    (ctx, { query, request }) => listShareLinks(ctx, query, originOf(request)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/share-links/{share_link}',
      access: 'agents:read',
      tag,
      summary: 'Get a share link',
      params: one,
      reply: { status: 200, schema: ShareLink, description: 'The link with its statistics' },
    },
    (ctx, { params, request }) => getShareLink(ctx, params.share_link, originOf(request)),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/share-links/{share_link}',
      access: 'agents:write',
      tag,
      summary: 'Update a share link',
      description:
        'Limits apply to what was used before, too. A changed `version` applies to new sessions.',
      params: one,
      body: UpdateShareLink,
      reply: { status: 200, schema: ShareLink, description: 'The updated link' },
      failures: ['conflict', 'quota_exceeded'],
    },
    (ctx, { params, body, request }) =>
      updateShareLink(ctx, params.share_link, body, originOf(request)),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/share-links/{share_link}',
      access: 'agents:write',
      tag,
      summary: 'Delete a share link',
      description:
        'Its URL and the tokens of its visitors stop working, within 30 seconds everywhere. Sessions are kept.',
      params: one,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) => void (await removeShareLink(ctx, params.share_link)),
  );
