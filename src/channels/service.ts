import { findAgentId, selectAgent } from '../agents/index.ts';
import { isGuardViolation, isUniqueViolation } from '../db/errors.ts';
import { bodyViolations } from '../http/violations.ts';
import { credentialActor } from '../identity/index.ts';
import { commit } from '../platform/commit.ts';
import { actorId, type Ctx, coveredAgents, coversAgent } from '../platform/context.ts';
import { authorizeAgent } from '../runs/index.ts';
import { putSecret, sealSecret } from '../secrets/index.ts';
import { Failure, notFound, validationFailed } from '../shared/failure.ts';
import { type Page, readPage } from '../shared/page.ts';
import { hour } from '../shared/time.ts';
import { adapters } from './adapters/registry.ts';
import { SendError } from './call-api.ts';
import { credentialsOf, readOpenChannel, toStored } from './open-channel.ts';
import {
  type Channel,
  type ChannelDelivery,
  type ChannelDeliveryQuery,
  type ChannelsQuery,
  type ChannelTest,
  type CreateChannel,
  toChannel,
  toDelivery,
  type UpdateChannel,
} from './schema.ts';
import {
  type ChannelRow,
  deleteChannel as deleteRow,
  insertChannel,
  maxChannels,
  selectChannel,
  selectChannels,
  selectDeliveries,
  updateChannel as updateRow,
} from './store.ts';

/** Returns the fields of a kind, with their defaults. Throws `validation_failed` at their pointers. */
function readFields(
  kind: ChannelRow['kind'],
  part: 'settings' | 'credentials',
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const schema = adapters[kind][part];
  const { data, error } = schema.safeParse(given);
  if (data !== undefined) return data as Record<string, string>;
  throw validationFailed(
    bodyViolations(schema, error, given).map(({ pointer, detail }) => ({
      pointer: `/${part}${pointer}`,
      detail,
    })),
  );
}

const auditOf = (action: string, { id, kind }: Pick<ChannelRow, 'id' | 'kind'>) => ({
  action,
  target_type: 'channel',
  target_id: id,
  detail: { kind },
});

/**
 * Creates a channel, whose messages the calling key answers. Throws `not_found`, `validation_failed`,
 * `url_not_allowed`, and `conflict` for an address that another channel has.
 */
export async function createChannel(
  ctx: Ctx,
  agentName: string,
  { kind, name, settings: given, credentials, is_enabled, language }: CreateChannel,
): Promise<Channel> {
  const { db, workspace_id } = ctx;
  const { id: api_key_id } = credentialActor(ctx);
  const agent = authorizeAgent(ctx, await selectAgent(db, workspace_id, agentName).all());
  const settings = readFields(kind, 'settings', given);
  if (settings.api_url !== undefined) ctx.egress.check(settings.api_url);
  const now = ctx.now();
  const row: ChannelRow = {
    ...{ id: ctx.newId('chn'), workspace_id, agent_id: agent.id, kind, name, is_enabled, settings },
    language,
    ...{ api_key_id, address: settings.address ?? null, last_event_at: null, last_error: null },
    ...{ created_by: actorId(ctx.actor), created_at: now, updated_at: now },
  };
  const secrets = JSON.stringify(readFields(kind, 'credentials', credentials));
  const sealed = await sealSecret(ctx, credentialsOf(row), secrets);
  const reply = toChannel(row);
  try {
    await commit(ctx, {
      statements: [insertChannel(db, row), putSecret(db, sealed)],
      audit: [auditOf('channel.create', row)],
      reply,
    });
  } catch (error) {
    if (isGuardViolation(error, 'channels.name'))
      throw new Failure('conflict', `A workspace can have at most ${maxChannels} channels.`);
    if (isUniqueViolation(error, 'channels.address'))
      throw new Failure('conflict', 'Another channel has this address.');
    throw error;
  }
  return reply;
}

export async function listChannels(
  ctx: Ctx,
  { agent: name, ...query }: ChannelsQuery,
): Promise<Page<Channel>> {
  const { db, workspace_id, config } = ctx;
  const agent = await findAgentId(ctx, name);
  const only = agent === undefined ? coveredAgents(ctx.actor) : null;
  return readPage(
    {
      ...{ secret: config.signing_secret, workspace_id },
      ...{ list: `channels:${agent ?? 'all'}`, filters: { only: only?.join() } },
    },
    query,
    (after, limit) => selectChannels(db, workspace_id, agent, only, after, limit).all(),
    ({ id }) => id,
    toChannel,
  );
}

async function findChannel(ctx: Ctx, id: string): Promise<ChannelRow> {
  const row = await selectChannel(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('channel');
  return row;
}

export const getChannel = async (ctx: Ctx, id: string): Promise<Channel> =>
  toChannel(await findChannel(ctx, id));

/** Hours for which requests that are signed with replaced credentials are accepted, as for webhooks. */
const usualOverlap = 24;

/**
 * Changes a channel. New credentials clear the last error; the former ones verify requests for `overlap_hours` more.
 * Throws `not_found` and `validation_failed`.
 */
export async function updateChannel(
  ctx: Ctx,
  id: string,
  { name, language, is_enabled, credentials, overlap_hours = usualOverlap }: UpdateChannel,
): Promise<Channel> {
  const { db, workspace_id } = ctx;
  const row = await findChannel(ctx, id);
  const changes = {
    ...(name === undefined ? {} : { name }),
    ...(language === undefined ? {} : { language }),
    ...(is_enabled === undefined ? {} : { is_enabled }),
    ...(credentials === undefined ? {} : { last_error: null }),
    updated_at: ctx.now(),
  };
  const secrets =
    credentials === undefined ? [] : [await mergeCredentials(ctx, row, credentials, overlap_hours)];
  const [[changed]] = await commit(ctx, {
    statements: [
      updateRow(db, workspace_id, id, changes),
      ...secrets.map((sealed) => putSecret(db, sealed)),
    ] as const,
    audit: [auditOf('channel.update', row)],
  });
  if (changed === undefined) throw notFound('channel');
  return toChannel(changed);
}

async function mergeCredentials(
  ctx: Ctx,
  row: ChannelRow,
  given: Readonly<Record<string, string>>,
  overlap_hours: number,
) {
  const open = (await readOpenChannel(ctx, row.id))?.channel;
  const current = open?.credentials ?? {};
  const merged = readFields(row.kind, 'credentials', { ...current, ...given });
  // A repeated request must not replace the former ones by those that it has set.
  const isSame =
    toStored(merged, null) === toStored(readFields(row.kind, 'credentials', current), null);
  const kept =
    isSame && open?.former != null && open.until !== null
      ? { credentials: open.former, until: open.until }
      : { credentials: current, until: ctx.now() + overlap_hours * hour };
  const former = overlap_hours === 0 ? null : kept;
  return sealSecret(ctx, credentialsOf(row), toStored(merged, former));
}

/** Deletes a channel with its conversations; their sessions are kept. */
export async function deleteChannel(ctx: Ctx, id: string): Promise<void> {
  const row = await findChannel(ctx, id);
  await commit(ctx, {
    statements: [deleteRow(ctx.db, ctx.workspace_id, id)],
    audit: [auditOf('channel.delete', row)],
  });
}

/** Checks the credentials with the channel. A refusal is part of the result. */
export async function testChannel(ctx: Ctx, id: string): Promise<ChannelTest> {
  await findChannel(ctx, id);
  const open = await readOpenChannel(ctx, id);
  if (open === null) throw notFound('channel');
  const reply = await adapters[open.row.kind].test(ctx, open.channel).then(
    (account): ChannelTest => ({ ok: true, account, error: null }),
    (error: unknown): ChannelTest => {
      if (!(error instanceof SendError)) throw error;
      return { ok: false, account: null, error: error.message };
    },
  );
  await commit(ctx, { statements: [], reply });
  return reply;
}

export async function listChannelDeliveries(
  ctx: Ctx,
  id: string,
  { status, ...query }: ChannelDeliveryQuery,
): Promise<Page<ChannelDelivery>> {
  await findChannel(ctx, id);
  const { db, workspace_id } = ctx;
  return readPage(
    {
      ...{ secret: ctx.config.signing_secret, workspace_id, list: `channel_deliveries:${id}` },
      filters: { status },
    },
    query,
    (after, limit) => selectDeliveries(db, workspace_id, id, status, after, limit).all(),
    (row) => row.id,
    toDelivery,
  );
}
