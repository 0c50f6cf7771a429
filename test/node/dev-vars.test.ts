import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { openClient } from '../../scripts/client.ts';
import { openWorkspace } from '../../scripts/demo-workspace.ts';
import { freePort, startServer } from '../../scripts/server.ts';
import { openState } from '../../scripts/state.ts';
import { providers } from '../../src/llm/providers.ts';
import { searchProviders } from '../../src/web/search/registry.ts';

// Wrangler passes on only names that wrangler.toml lists, and silently ignores other keys in .dev.vars.
describe('variables in .dev.vars', () => {
  it('are listed in wrangler.toml for the key of every provider', () => {
    const { secrets } = unstable_readConfig({ config: 'wrangler.toml' }) as {
      secrets: { required: string[] };
    };
    const keys = [
      ...providers.flatMap(({ key_variable }) => key_variable ?? []),
      ...searchProviders.flatMap(
        ({ key_variable, url_variable }) => key_variable ?? url_variable ?? [],
      ),
    ];
    expect(secrets.required).toEqual([
      'ROOT_KEY',
      'ROOT_KEY_PREVIOUS',
      'ENCRYPTION_KEYS',
      'END_USER_TOKEN_KEYS',
      ...new Set(keys),
      'RESEND_API_KEY',
      'OIDC_CLIENT_SECRETS',
    ]);
  });

  it('reach the Worker unchanged, and no process list', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'agentgrid-dev-vars-'));
    const secret = 'canary-$HOME-"0123456789"-abcdef';
    const dev_vars = {
      OPENAI_API_KEY: secret,
      SHARED_PROVIDER_KEYS: 'true',
      ALLOW_PRIVATE_NETWORK: 'true',
    };
    // Creating a workspace with the root key shows that `$` is not expanded.
    const { root_key, encryption_keys } = openState(directory, 'root-key-$HOME-0123456789');
    const secrets = { root_key, encryption_keys, dev_vars };
    const port = await freePort();
    const printed: string[] = [];
    const options = {
      port,
      directory,
      ...secrets,
      vars: ['ALLOW_PRIVATE_NETWORK:false'],
      onLine: (line: string) => printed.push(line),
    };
    const server = await startServer(options, new AbortController().signal);
    try {
      const client = openClient(
        server.url,
        (await openWorkspace(server.url, directory, openState(directory, root_key))).key,
      );
      expect(await client.call('GET', '/providers/openai')).toMatchObject({
        usable: true,
        key_source: 'deployment',
        api_key: null,
      });
      // A flag takes precedence over the file.
      expect(await client.call('GET', '/providers/ollama')).toMatchObject({ usable: false });
      expect(spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout).not.toContain(secret);
      expect(
        printed.join('\n') + readFileSync(join(directory, 'agentgrid.json'), 'utf8'),
      ).not.toContain('canary');
    } finally {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
