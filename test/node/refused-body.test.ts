import { request } from 'node:http';
import { beforeAll, expect, it } from 'vitest';
import { openSharedWorkspace, type SharedWorkspace } from './support/shared-server.ts';

let server: SharedWorkspace;
beforeAll(async () => {
  server = await openSharedWorkspace();
});

/** Sends a complete chunked body, also after the response has arrived. */
const sendChunked = (path: string, megabytes: number, headers: Record<string, string>) =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = request(server.url + path, {
      method: 'POST',
      headers: { ...headers, 'transfer-encoding': 'chunked' },
    });
    sent.on('error', reject).on('response', async (response) => {
      let body = '';
      for await (const chunk of response.setEncoding('utf8')) body += chunk;
      resolve({ status: response.statusCode, body });
    });
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const write = (left: number): void =>
      void (left === 0 ? sent.end() : sent.write(chunk, () => write(left - 1)));
    write(megabytes);
  });

it.each([2, 12, 24])(
  'answers 413 to %i MB of JSON without Content-Length (R15)',
  async (megabytes) => {
    const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' };
    const { status, body } = await sendChunked('/api/v1/agents', megabytes, headers);
    expect([status, JSON.parse(body).code]).toEqual([413, 'too_large']);
  },
);

it('returns other errors while a body is being sent', async () => {
  const authorization = `Bearer ${server.key}`;
  expect(
    (await sendChunked('/api/v1/agents', 12, { 'content-type': 'application/json' })).status,
  ).toBe(401);
  expect(
    (await sendChunked('/api/v1/agents', 12, { authorization, 'content-type': 'text/plain' }))
      .status,
  ).toBe(415);
});
