import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newChat } from '../../support/chat.ts';
import { Site } from '../../support/outbound.ts';
import type { Reply } from '../../support/outbound-service.ts';
import { collecting, exportNow, makeDue } from './support.ts';

const json = { 'content-type': 'application/json' };

/** A run that waits, and a collector that will answer it in its own way. */
async function waiting(reply: Reply) {
  const chat = await newChat({ rounds: [{ text: ['Hello.'] }], repeat: true });
  const collector = await collecting(chat.workspace, {
    headers: { 'x-key': 'key-of-the-collector' },
  });
  await collector.answer(reply);
  await chat.send({ message: 'Hello' });
  await exportNow(chat.workspace);
  return { ...chat, collector, state: async () => (await chat.workspace.get('/telemetry')).body };
}

describe('a collector', () => {
  it.each([429, 502, 503, 504])('that returns %i gets the same spans again', async (status) => {
    const { workspace, collector, state } = await waiting({
      status,
      headers: json,
      body: '{"message":"busy"}',
    });
    expect(await state()).toMatchObject({
      state: 'retrying',
      waiting_runs: 1,
      last_error: { detail: `The endpoint returned ${status}: busy` },
    });
    await exportNow(workspace);
    expect(await collector.site.calls(), 'not before its time').toHaveLength(1);
    await collector.answer();
    await makeDue(workspace);
    await exportNow(workspace);
    const [first, second] = await collector.site.calls();
    expect(second?.body).toBe(first?.body);
    expect(await state()).toMatchObject({
      state: 'ok',
      waiting_runs: 0,
      exported_runs: 1,
      dropped_runs: 0,
      last_error: null,
    });
  });

  it('is not called again before its Retry-After', async () => {
    const seconds = async (value: string) => {
      const { state } = await waiting({ status: 503, headers: { 'retry-after': value } });
      return (Date.parse((await state()).next_attempt_at) - Date.now()) / 1000;
    };
    const [inSeconds, atDate, tooLong] = [
      await seconds('600'),
      await seconds(new Date(Date.now() + 900_000).toUTCString()),
      await seconds('9999999'),
    ];
    expect(inSeconds).toBeGreaterThan(560);
    expect(inSeconds).toBeLessThanOrEqual(600);
    expect(atDate).toBeGreaterThan(800);
    expect(tooLong).toBeLessThanOrEqual(3600);
  });

  it('is retried with exponential backoff', async () => {
    const { workspace, state } = await waiting({ status: 503 });
    let before = 0;
    for (let failures = 1; failures <= 4; failures += 1) {
      const wait = Date.parse((await state()).next_attempt_at) - Date.now();
      expect(wait).toBeGreaterThan(before * 0.8);
      before = wait;
      await makeDue(workspace);
      await exportNow(workspace);
    }
    expect(before).toBeGreaterThan(180_000);
  });

  it('that rejects some spans gets none again, and its message is reported', async () => {
    const body = JSON.stringify({
      partialSuccess: { rejectedSpans: '1', errorMessage: 'too old, key-of-the-collector' },
    });
    const { workspace, collector, state } = await waiting({ headers: json, body });
    expect(await state()).toMatchObject({
      state: 'ok',
      waiting_runs: 0,
      exported_runs: 1,
      rejected_spans: 1,
    });
    expect((await state()).last_error.detail).toBe('The endpoint rejected 1 spans: too old, …');
    await exportNow(workspace);
    expect(await collector.site.calls()).toHaveLength(1);
  });

  it.each([400, 422, 500])('that refuses a batch with %i does not get it again', async (status) => {
    const { workspace, collector, state } = await waiting({
      status,
      headers: json,
      body: '{"message":"bad data"}',
    });
    await makeDue(workspace);
    await exportNow(workspace);
    expect(await collector.site.calls()).toHaveLength(1);
    expect(await state()).toMatchObject({ waiting_runs: 0, exported_runs: 0, dropped_runs: 1 });
    expect((await state()).last_error.detail).toContain('bad data');
  });

  it.each([401, 403, 404])(
    'that returns %i gets nothing until the export is set again, and then everything',
    async (status) => {
      const { workspace, collector, state } = await waiting({ status });
      expect(await state()).toMatchObject({ state: 'suspended', waiting_runs: 1 });
      await makeDue(workspace);
      await exportNow(workspace);
      expect(await collector.site.calls()).toHaveLength(1);
      await collector.answer();
      await workspace.put('/telemetry', {
        enabled: true,
        endpoint: collector.endpoint,
        headers: { 'x-key': 'another-key-of-the-collector' },
      });
      await exportNow(workspace);
      expect((await collector.site.calls())[1]?.headers['x-key']).toBe(
        'another-key-of-the-collector',
      );
      expect(await state()).toMatchObject({ state: 'ok', waiting_runs: 0, exported_runs: 1 });
    },
  );

  it('that redirects is not followed, and its headers are sent nowhere else', async () => {
    const elsewhere = new Site();
    const location = await elsewhere.answers('/v1/traces', { body: '{}' });
    const { state } = await waiting({ status: 307, headers: { location } });
    expect(await elsewhere.calls()).toEqual([]);
    expect(await state()).toMatchObject({ state: 'suspended', waiting_runs: 1 });
  });

  it('that returns 413 gets smaller batches', async () => {
    const { workspace, collector, state, send } = await waiting({ status: 503 });
    await send({ message: 'Another' });
    await collector.answer({ status: 413 });
    await makeDue(workspace);
    await exportNow(workspace);
    const sizes = (await collector.site.calls())
      .slice(1)
      .map(({ body }) => body.split('invoke_agent A').length - 1);
    expect(sizes).toEqual([2, 1, 1]);
    expect(await state()).toMatchObject({ waiting_runs: 0, dropped_runs: 2 });
  });

  it('that times out is retried', async () => {
    const { state } = await waiting({ delay_ms: 11_000 });
    expect(await state()).toMatchObject({
      state: 'retrying',
      waiting_runs: 1,
      last_error: { detail: 'The request timed out.' },
    });
  });

  it('that is unreachable for a day loses the waiting runs, which is reported', async () => {
    const { workspace, state } = await waiting({ status: 503 });
    await env.DB.prepare(
      'update telemetry_runs set queued_at = queued_at - 90000000 where workspace_id = ?',
    )
      .bind(workspace.id)
      .run();
    await makeDue(workspace);
    await exportNow(workspace);
    expect(await state()).toMatchObject({
      waiting_runs: 0,
      dropped_runs: 1,
      last_error: { detail: 'The endpoint returned 503' },
    });
  });
});
