import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { AgentParameter } from '../agents/index.ts';
import type { AppEnv } from '../http/authorize.ts';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { receiveRequest } from './incoming/receive-request.ts';
import {
  Channel,
  ChannelDelivery,
  ChannelDeliveryQuery,
  ChannelsQuery,
  ChannelTest,
  CreateChannel,
  UpdateChannel,
} from './schema.ts';
import {
  createChannel,
  deleteChannel,
  getChannel,
  listChannelDeliveries,
  listChannels,
  testChannel,
  updateChannel,
} from './service.ts';

const agent = z.object({ agent: AgentParameter });
const channel = z.object({ channel: Id('chn') });
const tag = 'Channels';

export const channelRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/channels',
      access: 'channels:manage',
      tag,
      summary: 'Create a channel',
      description:
        'The agent answers messages that arrive at `events_path`, signed as the kind of channel signs them. Each user is an end user, ' +
        'each conversation a session. The calling key runs the agent. Credentials are encrypted and never returned.',
      params: agent,
      body: CreateChannel,
      reply: { status: 201, schema: Channel, description: 'The channel' },
      failures: ['conflict', 'url_not_allowed'],
    },
    (ctx, { params, body }) => createChannel(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/channels',
      access: 'channels:read',
      tag,
      summary: 'List channels',
      params: agent,
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(Channel), description: 'Channels, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listChannels(ctx, { ...query, agent: params.agent }),
  )
  .endpoint(
    {
      method: 'get',
      path: '/channels',
      access: 'channels:read',
      tag,
      summary: 'List all channels',
      description: 'Channels of all agents. A key that is limited to agents sees theirs.',
      query: ChannelsQuery,
      reply: { status: 200, schema: pageOf(Channel), description: 'Channels, newest first' },
      failures: ['invalid_cursor', 'not_found'],
    },
    (ctx, { query }) => listChannels(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/channels/{channel}',
      access: 'channels:read',
      tag,
      summary: 'Get a channel',
      params: channel,
      reply: { status: 200, schema: Channel, description: 'The channel' },
    },
    (ctx, { params }) => getChannel(ctx, params.channel),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/channels/{channel}',
      access: 'channels:manage',
      tag,
      summary: 'Update a channel',
      params: channel,
      body: UpdateChannel,
      reply: { status: 200, schema: Channel, description: 'The updated channel' },
    },
    (ctx, { params, body }) => updateChannel(ctx, params.channel, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/channels/{channel}',
      access: 'channels:manage',
      tag,
      summary: 'Delete a channel',
      description: 'Its sessions are kept. Answers that were not sent yet are not sent.',
      params: channel,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) => void (await deleteChannel(ctx, params.channel)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/channels/{channel}/test',
      access: 'channels:manage',
      tag,
      summary: 'Test a channel',
      description:
        'Checks the credentials with the service. A webhook receives one message with `thread_id: test`.',
      params: channel,
      reply: { status: 200, schema: ChannelTest, description: 'The result' },
    },
    (ctx, { params }) => testChannel(ctx, params.channel),
  )
  .endpoint(
    {
      method: 'get',
      path: '/channels/{channel}/deliveries',
      access: 'channels:read',
      tag,
      summary: 'List channel deliveries',
      description: 'Answers and replies that were or are to be sent, of the last 30 days.',
      params: channel,
      query: ChannelDeliveryQuery,
      reply: { status: 200, schema: pageOf(ChannelDelivery), description: 'Newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listChannelDeliveries(ctx, params.channel, query),
  );

/** Requests of channels, which have a signature and no key. Their format is that of the channel. */
export const channelEventRoutes = new Router();

const receive = async (c: Context<AppEnv>) => {
  const contextOf = (workspace_id: string) =>
    c.var.platform.context({
      workspace_id,
      actor: { type: 'system', name: 'channel' },
      rate_limits: null,
      ip: c.req.header('cf-connecting-ip') ?? null,
      signal: c.req.raw.signal,
    });
  return receiveRequest(contextOf(''), c.req.param('channel') ?? '', c.req.raw, contextOf);
};
channelEventRoutes.post('/channels/:channel/events', receive);
channelEventRoutes.get('/channels/:channel/events', receive);
