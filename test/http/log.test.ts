import { expect, it, vi } from 'vitest';
import { newWorkspace } from '../support/api.ts';

it('logs a request with its workspace, the template of its route, its status and its time, and no key (R82)', async () => {
  const workspace = await newWorkspace();
  const written = vi.spyOn(console, 'info').mockImplementation(() => undefined);
  const { headers } = await workspace.get('/agents/nobody');
  const lines = written.mock.calls.map(([line]) => String(line));
  written.mockRestore();
  const line = lines.find((one) => one.includes('"event":"request"')) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    request_id: headers.get('x-request-id'),
    workspace_id: workspace.id,
    method: 'GET',
    path: '/api/v1/agents/:agent',
    status: 404,
    ms: expect.any(Number),
  });
  expect(lines.join('\n')).not.toContain(workspace.key.slice(5, 17));
});

it('writes one line for a request whose path, query and headers hold line breaks and escape sequences (R82)', async () => {
  const workspace = await newWorkspace();
  const written = vi.spyOn(console, 'info').mockImplementation(() => undefined);
  for (const path of ['/agents/a%0Ab%1b%5B31m', '/%0d%0A{"event":"request"}', '/agents?q=%0A%1b'])
    await workspace.get(path, { headers: { 'x-request-id': '{"a":1}', 'user-agent': 'a\tb' } });
  const lines = written.mock.calls.map(([line]) => String(line));
  written.mockRestore();
  const requests = lines.filter((line) => line.includes('"event":"request"'));
  expect(requests).toHaveLength(3);
  for (const line of requests) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no control character may be in a log line.
    expect(line).not.toMatch(/[\u0000-\u001f\u007f]/);
    expect(JSON.parse(line)).toMatchObject({ request_id: expect.stringMatching(/^req_/) });
  }
});
