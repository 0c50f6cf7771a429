import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { newBase } from '../support/files.ts';

const mebibyte = 1024 * 1024;
const headers = { 'content-type': 'multipart/form-data; boundary=B' };
const partOf = (name: string) =>
  `--B\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;

/** A body that comes piece by piece, and how much of it was taken. */
function arriving(head: string, blocks: number, byte: number, tail: string) {
  const encoder = new TextEncoder();
  const block = new Uint8Array(mebibyte).fill(byte);
  const seen = { blocks: 0, isEnded: false };
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(head)),
    pull(controller) {
      if (seen.blocks < blocks) {
        seen.blocks += 1;
        controller.enqueue(block.slice());
        return;
      }
      seen.isEnded = true;
      controller.enqueue(encoder.encode(tail));
      controller.close();
    },
  });
  return { body, seen };
}

async function open() {
  const workspace = await newWorkspace();
  const path = `/knowledge-bases/${await newBase(workspace)}/files`;
  const objects = async () => (await env.FILES.list({ prefix: workspace.id })).objects.length;
  const promises = async () =>
    (
      await env.DB.prepare(
        "select count(*) as n from outbox where workspace_id = ? and job ->> 'type' = 'file.delete'",
      )
        .bind(workspace.id)
        .first<{ n: number }>()
    )?.n;
  return { workspace, path, left: async () => [await objects(), await promises()] };
}

describe('aborted uploads', () => {
  it('rejects a body truncated at any position, and stores nothing (R26)', async () => {
    const { workspace, path, left } = await open();
    const whole = `${partOf('a.md')}first\r\n${partOf('b.md')}second\r\n--B\r\nContent-Disposition: form-data; name="external_id"\r\n\r\nx\r\n`;
    const cuts = [
      `${partOf('a.md')}abc`,
      partOf('a.md'),
      `${partOf('a.md')}first\r\n${partOf('b.md')}sec`,
      whole,
      '--B',
      '--B\r\nContent',
    ];
    for (const body of cuts) {
      const answer = await workspace.post(path, undefined, { headers, body });
      expect([answer.status, answer.body.code], JSON.stringify(body)).toEqual([
        400,
        'malformed_request',
      ]);
    }
    const { body } = arriving(partOf('long.md'), 6, 97, '');
    expect((await workspace.post(path, undefined, { headers, body })).status).toBe(400);
    expect(await left()).toEqual([0, 0]);
  });

  it('drains the body after a rejection, so that the sender receives the response', async () => {
    const { workspace, path, left } = await open();
    const cases = [
      { name: 'x.exe', blocks: 20, byte: 97, status: 415 },
      { name: 'nul.md', blocks: 20, byte: 0, status: 415 },
      { name: 'big.md', blocks: 27, byte: 97, status: 413 },
    ];
    for (const { name, blocks, byte, status } of cases) {
      const { body, seen } = arriving(partOf(name), blocks, byte, '\r\n--B--\r\n');
      expect((await workspace.post(path, undefined, { headers, body })).status, name).toBe(status);
      expect(seen, name).toEqual({ blocks, isEnded: true });
    }
    expect(await left()).toEqual([0, 0]);
  });

  it('drains at most 32 MB', async () => {
    const { workspace, path } = await open();
    const { body, seen } = arriving(partOf('x.exe'), 80, 97, '\r\n--B--\r\n');
    expect((await workspace.post(path, undefined, { headers, body })).status).toBe(415);
    expect(seen.isEnded).toBe(false);
    expect(seen.blocks).toBeLessThan(40);
  });
});
