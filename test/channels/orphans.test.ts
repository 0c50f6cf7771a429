import { describe, expect, it, vi } from 'vitest';
import { type Line, newLine } from '../support/channels/lines.ts';
import { countRows } from '../support/rows.ts';
import { found, scan } from '../support/scan.ts';

const says = { text: ['Hello.'] };
const newMessage = () => {
  const planted = ['text', 'file', 'name'].map((what) => `planted-${what}-${crypto.randomUUID()}`);
  const [text = '', body = '', name] = planted;
  const files = [{ name: `${name}.txt`, type: 'text/plain', body }];
  return { planted, message: { order: 1, text, files } };
};

/** A conversation with an answered message and one that waits for its job. */
async function newWaiting() {
  const line = await newLine('email', [says]);
  const { planted, message } = newMessage();
  await line.say({ order: 1, text: 'Hi' });
  await line.settle();
  await line.say({ ...message, order: 2 });
  expect(await line.objects()).toHaveLength(1);
  expect(found(await scan(), planted)).toHaveLength(3);
  return Object.assign(line, { planted });
}

/** The task of each minute removes what a deletion left, and nothing of the person is found anywhere. */
async function expectGone(line: Line & { planted: readonly string[] }) {
  // Agents and people are deleted by a job.
  await vi.waitUntil(async () => (await countRows('channel_messages', line.workspace.id)) === 0, {
    timeout: 150_000,
  });
  await line.tick();
  await line.settle();
  expect(await line.objects()).toEqual([]);
  expect(found(await scan(), line.planted)).toEqual([]);
}

describe('files of messages that wait', () => {
  it('are stored once for an e-mail that is delivered repeatedly, and removed with its answer', async () => {
    const line = await newLine('email', [says]);
    const { message } = newMessage();
    const statuses = await Promise.all([1, 2, 3, 4].map(() => line.say(message)));
    expect(statuses).toEqual([200, 200, 200, 200]);
    await line.hoursLater();
    expect(await line.objects()).toEqual([]);
    expect(await line.shown()).toEqual(['Hello.']);
    await line.say(message);
    await line.hoursLater();
    expect(await line.objects()).toEqual([]);
    expect(await countRows('outbox', line.workspace.id)).toBe(0);
  });

  it('are removed with their session', async () => {
    const line = await newWaiting();
    const [{ id }] = await line.sessions();
    expect((await line.workspace.delete(`/sessions/${id}`)).status).toBe(204);
    await expectGone(line);
  });

  it('are removed with their channel', async () => {
    const line = await newWaiting();
    expect((await line.workspace.delete(`/channels/${line.channel.id}`)).status).toBe(204);
    await expectGone(line);
  });

  it('are removed with their agent', async () => {
    const line = await newWaiting();
    const path = `/agents/${line.channel.agent}`;
    await line.workspace.delete(path);
    const purged = await line.workspace.delete(`${path}?permanent=true`);
    expect(purged.status, JSON.stringify(purged.body)).toBeLessThan(300);
    await expectGone(line);
  });

  it('are removed with the end user', async () => {
    const line = await newWaiting();
    const erased = await line.workspace.delete('/end-users/email:ada@example.org');
    expect(erased.status, JSON.stringify(erased.body)).toBeLessThan(300);
    await expectGone(line);
  });
});
