import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { exportTelemetry } from '../../../src/observability/telemetry/export.ts';
import { openPlatform } from '../../../src/platform/cloudflare.ts';
import type { Workspace } from '../../support/api.ts';
import { Site } from '../../support/outbound.ts';
import type { Reply } from '../../support/outbound-service.ts';
import { atRest } from '../../support/resources.ts';

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
  readonly status?: { code: number; message?: string };
}

const accepted: Reply = { body: '{}', headers: { 'content-type': 'application/json' } };

/** A collector for tests, with configurable responses. It records the requests. */
export class Collector {
  readonly site = new Site();
  endpoint = '';

  async answer(reply: Reply = accepted): Promise<void> {
    this.endpoint = await this.site.answers('/v1/traces', reply);
  }

  async spans(): Promise<Span[]> {
    return (await this.site.calls()).flatMap(({ body }) =>
      JSON.parse(body).resourceSpans.flatMap(
        ({ scopeSpans }: { scopeSpans: { spans: Span[] }[] }) =>
          scopeSpans.flatMap(({ spans }) => spans),
      ),
    );
  }
}

/** A workspace whose runs go to a collector. */
export async function collecting(workspace: Workspace, settings: object = {}): Promise<Collector> {
  const collector = new Collector();
  await collector.answer();
  await workspace.put('/telemetry', { enabled: true, endpoint: collector.endpoint, ...settings });
  return collector;
}

/** Runs the tasks of the minute's cron. */
export async function tick(bindings: object = {}): Promise<void> {
  const execution = createExecutionContext();
  const platform = openPlatform({ ...env, ...bindings } as Env, execution, { request_id: 'test' });
  await exportTelemetry(
    platform.context({ workspace_id: '', actor: { type: 'system', name: 'telemetry' } }),
  );
  await waitOnExecutionContext(execution);
}

/** The same, with the jobs of the workspace run to their end. */
export async function exportNow(workspace: Workspace): Promise<void> {
  await tick();
  await atRest(workspace.id);
}

/** The wait for the next attempt is over. */
export const makeDue = (workspace: Workspace) =>
  env.DB.prepare('update telemetry set due_at = 0 where workspace_id = ?').bind(workspace.id).run();

/** Attributes as plain values. */
export const read = ({ attributes }: Span): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));

function plain(value: Record<string, unknown>): unknown {
  if ('intValue' in value) return BigInt(value.intValue as string);
  if ('arrayValue' in value)
    return (value.arrayValue as { values: Record<string, unknown>[] }).values.map(plain);
  return Object.values(value)[0];
}
