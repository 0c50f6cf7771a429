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
