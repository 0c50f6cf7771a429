import { env } from 'cloudflare:workers';
import { type EventType, payloadOf } from '../../src/notifications/events/registry.ts';
import { fanOutEvents } from '../../src/notifications/index.ts';
import type { Ctx } from '../../src/platform/context.ts';
import type { JobMessage } from '../../src/platform/job.ts';
import { contextOf } from '../llm/support.ts';
import type { Workspace } from '../support/api.ts';
import { Site } from '../support/outbound.ts';
import type { OutboundCall, Reply } from '../support/outbound-service.ts';
import { atRest } from '../support/resources.ts';

export interface Receiver {
  readonly site: Site;
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  answer(reply: Reply): Promise<unknown>;
}

/** A webhook of the workspace with a site behind it that accepts everything. */
export async function receiving(
  workspace: Workspace,
  event_types: readonly string[] = ['*'],
  more: object = {},
): Promise<Receiver> {
  const site = new Site();
  const url = await site.answers('/events', { body: 'ok' });
  const { body } = await workspace.post('/webhooks', { url, event_types, ...more });
  return {
    ...{ site, url, id: body.id, secret: body.secret },
    answer: (reply) => site.answers('/events', reply),
  };
}

/** Publishes what has been queued, and waits until the jobs of the workspace are done. */
export async function publish(workspace: Workspace): Promise<void> {
  await fanOutEvents(contextOf(workspace));
  await atRest(workspace.id);
}

/** The payload of a request, checked against the schema of its type. */
function payload({ body }: OutboundCall) {
  const event = JSON.parse(body) as { type: EventType };
  return payloadOf(event.type).parse(event);
}

export const payloads = async ({ site }: Pick<Receiver, 'site'>) =>
  (await site.calls()).map(payload);

/** A context whose jobs go nowhere, so that a test makes each attempt itself, at a time of its own. */
export function contextWithoutQueue(workspace: Pick<Workspace, 'id'>, now = Date.now()) {
  const sent: JobMessage[] = [];
  const ctx: Ctx = {
    ...contextOf(workspace),
    now: () => now,
    jobs: {
      send: async (messages) => void sent.push(...messages),
      check: async () => undefined,
    },
  };
  return { ctx, sent };
}

/** Deliveries as the API lists them, newest first. */
export const deliveriesOf = async (workspace: Workspace, query = '') =>
  (await workspace.get(`/webhook-deliveries${query}`)).body.data;

export const rowsOf = async (workspace: Pick<Workspace, 'id'>, table: string) =>
  (
    await env.DB.prepare(`select * from ${table} where workspace_id = ? order by 1`)
      .bind(workspace.id)
      .all<Record<string, unknown>>()
  ).results;
