import { beforeAll, describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { forbiddenUrls } from '../support/forbidden-urls.ts';

/** Every place where a caller names an address that the product would call later; fetch_url and redirects have theirs in builtin and egress tests. */
const surfaces: Readonly<
  Record<string, (workspace: Workspace, url: string) => ReturnType<Workspace['post']>>
> = {
  'the address of a provider': (workspace, base_url) =>
    workspace.put('/providers/openai', { api_key: 'sk-0123456789abcdef', base_url }),
  'the URL of a tool': (workspace, url) =>
    workspace.post('/tools', {
      name: 'one',
      description: 'One.',
      effect: 'read',
      url,
      input_schema: { type: 'object' },
    }),
  'the server of an import': (workspace, server_url) =>
    workspace.post('/tools/openapi', {
      document: JSON.stringify({
        openapi: '3.1.0',
        info: { title: 'T', version: '1' },
        paths: { '/': { get: { operationId: 'one' } } },
      }),
      operations: [{ operation_id: 'one' }],
      server_url,
    }),
};

describe.each(Object.entries(surfaces))('%s', (_name, send) => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await newWorkspace();
  });

  it.each(forbiddenUrls)('may not be %s (R34)', async (url) => {
    const { status, body } = await send(workspace, url);
    expect(
      [status, ['url_not_allowed', 'validation_failed'].includes(body.code)],
      JSON.stringify(body),
    ).toEqual([422, true]);
  });
});
