import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { playSearch, result } from '../support/search/client.ts';
import { type FaultName, type ProviderName, providers } from '../support/search/server.ts';

const configure = async (workspace: Workspace, provider: ProviderName, body: object) => {
  const { status, body: state } = await workspace.put(`/search-providers/${provider}`, body);
  expect(status, JSON.stringify(state)).toBe(200);
  return state;
};

describe('search providers', () => {
  it.each(providers)('%s is configured, tested with a search, and removed', async (provider) => {
    const workspace = await newWorkspace();
    const date = '2026-11-02T08:00:00';
    const fake = await playSearch({ results: [{ ...result('tea', 'Tea & <b>milk</b>.'), date }] });
    const path = `/search-providers/${provider}`;
    expect((await workspace.get(path)).body).toMatchObject({ usable: false, position: null });
    const state = await configure(workspace, provider, fake.settings(provider));
    expect(state).toMatchObject({ usable: true, position: 1, failure: null });
    expect(JSON.stringify(state.api_key)).not.toContain(fake.key);
    const { body } = await workspace.post(`${path}/test`, { query: 'tea' });
    const cost_usd = { brave: 0.005, tavily: 0.008, exa: 0.0075, serpapi: 0.015, searxng: 0 };
    expect(body).toMatchObject({
      ok: true,
      error: null,
      cost_usd: cost_usd[provider],
      results: [
        {
          url: 'https://www.example.org/tea',
          title: 'About tea',
          snippet: 'Tea & milk.',
          published_at: '2026-11-02T08:00:00.000Z',
        },
      ],
    });
    const [usage] = (await workspace.get('/usage')).body.data;
    expect(usage).toMatchObject({
      provider,
      operation: 'provider_test',
      cost_usd: cost_usd[provider],
    });
    expect((await workspace.delete(path)).status).toBe(204);
    expect((await workspace.get(path)).body).toMatchObject({ usable: false, api_key: null });
    expect((await workspace.delete(path)).status).toBe(404);
    expect((await workspace.post(`${path}/test`, {})).body.code).toBe('provider_not_configured');
  });

  const expected: readonly (readonly [FaultName, Partial<Record<ProviderName, string>>])[] = [
    [
      'wrong-key',
      {
        ...{ brave: 'provider_auth', tavily: 'provider_auth', exa: 'provider_auth' },
        ...{ serpapi: 'provider_auth', searxng: 'provider_auth' },
      },
    ],
    [
      'quota',
      {
        ...{ brave: 'quota_exhausted', tavily: 'quota_exhausted', exa: 'quota_exhausted' },
        serpapi: 'quota_exhausted',
      },
    ],
    [
      'rate-limit',
      {
        ...{ brave: 'rate_limited', tavily: 'rate_limited', exa: 'rate_limited' },
        ...{ serpapi: 'rate_limited', searxng: 'rate_limited' },
      },
    ],
    [
      'down',
      {
        ...{ brave: 'unavailable', tavily: 'unavailable', exa: 'unavailable' },
        ...{ serpapi: 'unavailable', searxng: 'unavailable' },
      },
    ],
    [
      'invalid',
      {
        ...{ brave: 'invalid_request', tavily: 'invalid_request', exa: 'invalid_request' },
        ...{ serpapi: 'invalid_request', searxng: 'invalid_request' },
      },
    ],
    ['html', { brave: 'unavailable', tavily: 'unavailable', searxng: 'misconfigured' }],
    ['other-shape', { brave: 'unavailable', exa: 'unavailable', serpapi: 'unavailable' }],
    ['silent', { serpapi: 'unavailable', searxng: 'unavailable' }],
    ['huge', { exa: 'unavailable' }],
  ];

  it.each(expected)('report the fault %s of each provider by one code', async (fault, codes) => {
    const workspace = await newWorkspace();
    for (const [provider, code] of Object.entries(codes) as [ProviderName, string][]) {
      const fake = await playSearch({ results: [], faults: [fault] });
      await configure(workspace, provider, fake.settings(provider));
      const { body } = await workspace.post(`/search-providers/${provider}/test`, {});
      expect(body, provider).toMatchObject({ ok: false, cost_usd: 0, error: { code } });
      expect(JSON.stringify(body), provider).not.toContain(fake.key);
      const state = (await workspace.get(`/search-providers/${provider}`)).body;
      if (code === 'invalid_request') expect(state.failure).toBeNull();
      else expect(state.failure, provider).toMatchObject({ code, count: 1 });
    }
  });

  it('wait as long as the provider asks, within ten minutes', async () => {
    const workspace = await newWorkspace();
    const wait = async (provider: ProviderName, fault: FaultName): Promise<number> => {
      const fake = await playSearch({ results: [], faults: [fault] });
      await configure(workspace, provider, fake.settings(provider));
      await workspace.post(`/search-providers/${provider}/test`, {});
      const { failure } = (await workspace.get(`/search-providers/${provider}`)).body;
      return Math.round(
        (Date.parse(failure.skipped_until ?? failure.occurred_at) -
          Date.parse(failure.occurred_at)) /
          1000,
      );
    };
    expect(await wait('brave', 'rate-limit')).toBe(1);
    // The month ends in 16 days.
    expect(await wait('brave', 'quota')).toBe(600);
    expect(await wait('tavily', 'rate-limit')).toBe(7);
    expect(await wait('exa', 'rate-limit')).toBe(3);
    expect(await wait('serpapi', 'wrong-key')).toBe(300);
    expect(await wait('exa', 'down')).toBe(0);
  });

  it('keep keys out of responses, rows and the audit log, also a key that is part of a URL (R46)', async () => {
    const workspace = await newWorkspace();
    const fake = await playSearch({ results: [result('tea')], faults: ['wrong-key', null] });
    for (const provider of ['serpapi', 'tavily'] as const) {
      await configure(workspace, provider, fake.settings(provider));
      await workspace.post(`/search-providers/${provider}/test`, {});
    }
    const shown = await Promise.all(
      ['/search-providers', '/audit-log', '/usage'].map((path) => workspace.get(path)),
    );
    expect(JSON.stringify(shown.map(({ body }) => body))).not.toContain(fake.key);
    for (const table of ['search_providers', 'search_failures', 'secrets', 'usage', 'audit_log'])
      expect(
        JSON.stringify(
          (
            await env.DB.prepare(`select * from ${table} where workspace_id = ?`)
              .bind(workspace.id)
              .all()
          ).results,
        ),
        table,
      ).not.toContain(fake.key);
  });

  it('send a key only to the address that it was saved with, and to no private address (R37)', async () => {
    const workspace = await newWorkspace();
    const fake = await playSearch({ results: [] });
    await configure(workspace, 'brave', fake.settings('brave'));
    const moved = await configure(workspace, 'brave', { base_url: 'https://brave.example.com' });
    expect(moved).toMatchObject({ api_key: null, usable: false });
    for (const base_url of [
      'http://searx.example.com',
      'http://10.0.0.7:8080',
      'https://localhost',
    ])
      expect((await workspace.put('/search-providers/searxng', { base_url })).body.code).toBe(
        'url_not_allowed',
      );
    for (const body of [
      {},
      { base_url: 'https://searx.example.com/?format=json' },
      { base_url: 7 },
    ])
      expect((await workspace.put('/search-providers/searxng', body)).body.code).toBe(
        'validation_failed',
      );
    expect((await workspace.put('/search-providers/google', {})).status).toBe(404);
    const editor = await workspace.withRole('editor');
    expect((await editor.put('/search-providers/exa', fake.settings('exa'))).status).toBe(403);
    const rows = await env.DB.prepare(
      "select count(*) as n from secrets where workspace_id = ? and owner_type = 'search_provider'",
    )
      .bind(workspace.id)
      .first<{ n: number }>();
    expect(rows?.n).toBe(0);
  });
});
