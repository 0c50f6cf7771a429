import { abortAllDurableObjects } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { type Chat, newChat, openStream, readFrames, runOf, textOf } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';

/**
 * An answer of more than forty deltas, sent one by one; a busy machine may combine some of them.
 */
const words = Array.from({ length: 60 }, (_, index) => `w${index} `);
const slowly: Round = {
  text: words,
  usage: { input_tokens: 10, output_tokens: 40 },
  fault: { kind: 'drip', bytes: 200, ms: 10 },
};

describe('an active run', () => {
  it('delivers each event once to a listener that reconnects anywhere (R63)', {
    timeout: 150_000,
  }, async () => {
    const chats = await Promise.all(
      Array.from({ length: 8 }, () => newChat({ rounds: [slowly], repeat: true })),
    );
    const whole = await readFrames(await (chats[0] as Chat).stream({ message: 'Hello?' }));
    expect(textOf(whole)).toBe(words.join(''));
    expect(whole.length).toBeGreaterThan(40);
    const positions = whole.map((_, seen) => seen).concat(whole.length);
    await Promise.all(
      chats.map(async (chat, lane) => {
        for (const seen of positions.filter((position) => position % chats.length === lane))
          await hangUpAndComeBack(chat, seen);
      }),
    );
  });

  it('is replayed from storage after its host has gone, from any event on', async () => {
    const { workspace, stream } = await newChat({ rounds: [slowly], repeat: true });
    const whole = await readFrames(await stream({ message: 'Hello?' }));
    await abortAllDurableObjects();
    const again = await openStream(workspace, 'GET', `/runs/${runOf(whole)}/events`, {
      headers: { 'last-event-id': '17' },
    });
    expect(await readFrames(again)).toEqual(whole.slice(17));
    const refused = await openStream(workspace, 'GET', `/runs/${runOf(whole)}/events`, {
      headers: { 'last-event-id': 'x' },
    });
    expect(refused.status).toBe(400);
    const beyond = await openStream(workspace, 'GET', `/runs/${runOf(whole)}/events`, {
      headers: { 'last-event-id': '5000' },
    });
    expect([beyond.status, ((await beyond.json()) as { code: string }).code]).toEqual([
      410,
      'events_gone',
    ]);
    const end = await openStream(workspace, 'GET', `/runs/${runOf(whole)}/events`, {
      headers: { 'last-event-id': String(whole.length) },
    });
    expect(await end.text()).toBe('data: [DONE]\n\n');
  });

  it('begins its response in time for a slow model, and sends a keep-alive every ten seconds', {
    timeout: 150_000,
  }, async () => {
    const { workspace, stream } = await newChat({
      rounds: [{ text: words, fault: { kind: 'stall', events: 0 } }],
    });
    const response = await stream({ message: 'Hello?' });
    expect(response.status).toBe(200);
    const run = response.headers.get('x-run-id');
    const beyond = await openStream(workspace, 'GET', `/runs/${run}/events`, {
      headers: { 'last-event-id': '99' },
    });
    expect(beyond.status).toBe(410);
    const reader = (response.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader();
    let heard = '';
    while (!heard.includes(': keep-alive')) heard += (await reader.read()).value;
    expect(heard).toContain('"type":"start"');
    await workspace.post(`/runs/${run}/cancel`);
    let rest = '';
    for (let next = await reader.read(); !next.done; next = await reader.read()) rest += next.value;
    expect(rest).toMatch(/"errorText":"run_cancelled: .*data: \[DONE\]/s);
  });

  it('cannot be read or stopped by others (R63)', async () => {
    const { workspace, stream } = await newChat({ rounds: [slowly] });
    const run = runOf(
      await readFrames(await stream({ message: 'Hello?' }), (frames) => frames.length > 5),
    );
    const stranger = await newWorkspace();
    const other = await workspace.withRole('runtime');
    for (const caller of [stranger, other]) {
      expect((await caller.get(`/runs/${run}/events`)).status).toBe(404);
      expect((await caller.post(`/runs/${run}/cancel`)).status).toBe(404);
    }
    expect((await (await workspace.withRole('viewer')).get(`/runs/${run}/events`)).status).toBe(
      403,
    );
    await vi.waitUntil(
      async () => (await workspace.get(`/runs/${run}`)).body.status === 'completed',
      { timeout: 150_000 },
    );
  });
});

/** Reads some events of an answer, disconnects, and reads the others. */
async function hangUpAndComeBack(
  { workspace, session, stream }: Chat,
  seen: number,
): Promise<void> {
  const response = await stream({ message: 'Hello?' });
  const run = response.headers.get('x-run-id');
  const before = await readFrames(response, (frames) => frames.length >= seen);
  const headers = { 'last-event-id': String(before.length) };
  const after = await readFrames(
    await openStream(workspace, 'GET', `/runs/${run}/events`, { headers }),
  );
  const frames = [...before, ...after];
  const told = JSON.stringify({ session, run, seen });
  expect(
    frames.map(({ id }) => id),
    told,
  ).toEqual(frames.map((_, index) => index + 1));
  expect(textOf(frames), told).toBe(words.join(''));
  // A finished run is replayed identically.
  expect(frames, told).toEqual(
    await readFrames(await openStream(workspace, 'GET', `/runs/${run}/events`)),
  );
}

describe('a run that is cancelled', () => {
  const stalls: Round = { text: words, fault: { kind: 'stall', events: 12 } };

  it('stops the model, keeps its text and lets the session continue (R54)', async () => {
    const { workspace, session, provider, stream, send } = await newChat({
      rounds: [stalls, { text: ['Here.'], usage: { input_tokens: 1, output_tokens: 1 } }],
    });
    const response = await stream({ message: 'Hello?' });
    const reading = readFrames(response);
    await vi.waitUntil(async () => (await provider.requests()).length === 1, { timeout: 150_000 });
    const run = (await workspace.get(`/sessions/${session}`)).body.active_run_id;
    await vi.waitUntil(
      async () => (await workspace.get(`/runs/${run}`)).body.status === 'running',
      { timeout: 150_000 },
    );
    // Waits for the first output.
    await readFrames(
      await openStream(workspace, 'GET', `/runs/${run}/events`),
      (frames) => textOf(frames) !== '',
    );
    const cancelled = await workspace.post(`/runs/${run}/cancel`);
    expect(cancelled.body).toMatchObject({
      id: run,
      status: 'cancelled',
      finish_reason: 'cancelled',
    });
    const frames = await reading;
    expect(frames.slice(-2).map(({ data }) => data.type)).toEqual(['abort', 'finish']);
    const [answer] = (await workspace.get(`/sessions/${session}/messages`)).body.data;
    expect(answer).toMatchObject({
      role: 'assistant',
      text: textOf(frames),
      run: { status: 'cancelled' },
    });
    expect(answer.text).toMatch(/^w0 /);
    await vi.waitUntil(async () => (await provider.requests())[0]?.aborted === true, {
      timeout: 150_000,
    });
    expect((await workspace.post(`/runs/${run}/cancel`)).body.status).toBe('cancelled');
    expect((await send({ message: 'Again?' })).body.text).toBe('Here.');
  });

  it('before its first output has its own failure', async () => {
    const { workspace, session, provider, send } = await newChat({
      rounds: [{ text: words, fault: { kind: 'stall', events: 0 } }],
    });
    const sending = send({ message: 'Hello?' });
    await vi.waitUntil(async () => (await provider.requests()).length === 1, { timeout: 150_000 });
    const run = (await workspace.get(`/sessions/${session}`)).body.active_run_id;
    await workspace.post(`/runs/${run}/cancel`);
    expect(await sending).toMatchObject({
      status: 409,
      body: { code: 'run_cancelled', run_id: run },
    });
    expect((await workspace.get(`/sessions/${session}`)).body).toMatchObject({
      active_run_id: null,
      message_count: 1,
    });
  });
});

describe('a host that dies', () => {
  it('leaves its run interrupted with the text so far, and answers the next message', async () => {
    const long: Round = { text: words, fault: { kind: 'drip', bytes: 300, ms: 100 } };
    const { workspace, session, stream, send } = await newChat({
      rounds: [long, { text: ['Here.'], usage: { input_tokens: 1, output_tokens: 1 } }],
    });
    const frames = await readFrames(await stream({ message: 'Hello?' }), (seen) =>
      textOf(seen).includes('w15'),
    );
    await abortAllDurableObjects();
    const answer = await send({ message: 'Again?' });
    expect(answer.body.text).toBe('Here.');
    const { data } = (await workspace.get(`/sessions/${session}/messages`)).body;
    const kept = data.find(
      ({ run_id, role }: { run_id: string; role: string }) =>
        run_id === runOf(frames) && role === 'assistant',
    );
    expect(kept).toMatchObject({ run: { status: 'interrupted', finish_reason: 'interrupted' } });
    expect(words.join('').startsWith(kept.text)).toBe(true);
    expect(kept.text.length).toBeGreaterThan(0);
    expect(data.map(({ seq }: { seq: number }) => seq)).toEqual([4, 3, 2, 1]);
    // A listener that has received more events than are stored gets an error; at their end it gets
    // the terminal event.
    const told = await openStream(workspace, 'GET', `/runs/${runOf(frames)}/events`);
    const record = await readFrames(told);
    expect(record.at(-1)?.data).toMatchObject({
      type: 'error',
      errorText: expect.stringMatching(/^run_interrupted/),
    });
    const resume = (after: number) =>
      openStream(workspace, 'GET', `/runs/${runOf(frames)}/events`, {
        headers: { 'last-event-id': String(after) },
      });
    expect((await resume(record.length)).status).toBe(410);
    expect((await readFrames(await resume(3))).at(-1)).toEqual(record.at(-1));
  });
});
