import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { Figures } from '../../src/analytics/figures.ts';
import { entryOf, readMetric } from '../../src/analytics/kinds.ts';
import { reportOf } from '../../src/analytics/measures.ts';
import { currentSchema, sections, storedMetrics } from '../../src/analytics/metrics/index.ts';
import { ratio, type StoredMetric } from '../../src/analytics/metrics/metric.ts';
import { rollUpWorkspace } from '../../src/analytics/rollup.ts';
import { mergeSlices, readSlices, type Slices, writeSlices } from '../../src/analytics/slices.ts';
import { usageSchema } from '../../src/analytics/usage-fields.ts';
import { newWorkspace } from '../support/api.ts';
import { contextAt } from './support.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** A metric that was added after hours had been rolled up. */
const refused_runs = {
  name: 'refused_runs',
  kind: 'sum',
  from: 'run',
  read: ({ status }) => (status === 'refused' ? 1 : null),
  unit: 'runs',
  description: 'Runs that a budget refused.',
  since: 2,
} as const satisfies StoredMetric;

const runs = sections.usage[0];
const report = reportOf({
  usage: [
    runs,
    refused_runs,
    ratio({
      name: 'refusal_rate',
      from: [refused_runs, runs],
      read: ([refused, all]) => [refused, all],
      unit: 'ratio',
      description: 'Share of runs that a budget refused.',
      empty: 0,
    }),
  ],
});

/** An hour with one refused run, as rollups of a schema store it. */
function storedHour(schema: number): string {
  const figures = new Figures(schema);
  const run = { status: 'refused' } as Parameters<typeof refused_runs.read>[0];
  for (const metric of [runs, refused_runs])
    if (metric.since <= schema) entryOf(metric, run)?.(figures);
  return writeSlices(new Map([['', figures]]));
}

function total(...hours: string[]): Figures {
  const slices: Slices = new Map([['', new Figures(2)]]);
  for (const hour of hours) mergeSlices(slices, readSlices(hour));
  return readSlices(writeSlices(slices)).get('') as Figures;
}

describe('metrics', () => {
  it('are null, and not 0, in hours that were rolled up before they existed', () => {
    const [before, after] = [storedHour(1), storedHour(2)];
    expect(report.read(total(before)).usage).toEqual({
      runs: 1,
      refused_runs: null,
      refusal_rate: null,
    });
    expect(report.read(total(after)).usage).toEqual({
      runs: 1,
      refused_runs: 1,
      refusal_rate: 1,
    });
    // A sum that leaves out an hour is no sum of both.
    expect(report.read(total(before, after)).usage).toEqual({
      runs: 2,
      refused_runs: null,
      refusal_rate: null,
    });
    expect(report.read(total()).usage).toEqual({ runs: 0, refused_runs: 0, refusal_rate: 0 });
    expect(readMetric(total(before), refused_runs)).toBeNull();
  });

  it('are nullable in the schema of a report only from schema 2 on', () => {
    const { usage } = report.schema.shape;
    const values = { runs: 1, refused_runs: null, refusal_rate: null };
    expect(usage.safeParse(values).success).toBe(true);
    expect(usage.safeParse({ ...values, runs: null }).success).toBe(false);
  });

  it('of schema 1 are fixed: a new metric has a higher number in `since`', () => {
    const first = storedMetrics.filter(({ since }) => since === 1);
    expect(first.map(({ name }) => name).toSorted()).toEqual([
      'answers',
      'cache_read_tokens',
      'cache_write_tokens',
      'call_first_token_ms',
      'call_latency_ms',
      'calls',
      'calls_by_operation',
      'chat_messages',
      'chats',
      'chats_started',
      'confidence',
      'cost_by_operation',
      'coverage',
      'estimated_calls',
      'failed_calls',
      'failed_uses',
      'feedback',
      'first_token_ms',
      'input_tokens',
      'latency_ms',
      'messages',
      'output_tokens',
      'reasoning_tokens',
      'runs',
      'runs_by_status',
      'total_usd',
      'unique_users',
      'unpriced_calls',
      'use_cost',
      'uses',
    ]);
  });

  it('are described with their units in the OpenAPI document', async () => {
    const reply = await exports.default.fetch('http://agentgrid.test/openapi.json');
    const { components } = await reply.json<{ components: { schemas: { Measures: Schema } } }>();
    const { properties = {} } = components.schemas.Measures;
    for (const [section, metrics] of Object.entries(sections))
      for (const { name, description, unit } of metrics)
        expect(properties[section]?.properties?.[name], name).toMatchObject({
          // Of a metric that older figures lack, more follows.
          description: expect.stringContaining(description),
          'x-unit': unit === 'nano_usd' ? 'usd' : unit,
        });
  });

  it('are stored with the number of their schema', async () => {
    const { id } = await newWorkspace();
    await env.DB.prepare(
      `insert into usage (workspace_id, id, call_key, provider, model, operation, latency_ms, status, created_at)
      values (?1, ?2, ?2, 'openai', 'a', 'answer', 1, 'ok', 0)`,
    )
      .bind(id, `use_${id}`)
      .run();
    await rollUpWorkspace(contextAt(id, 3_600_000), id);
    const row = await env.DB.prepare(
      "select slices from analytics_rollups where workspace_id = ? and dimension = 'all' and grain = 'hour'",
    )
      .bind(id)
      .first<{ slices: string }>();
    expect(readSlices(row?.slices ?? '{}').get('')?.schema).toBe(currentSchema);
    expect(usageSchema).toBeGreaterThanOrEqual(1);
  });
});
