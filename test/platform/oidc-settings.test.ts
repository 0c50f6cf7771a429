import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/platform/config.ts';

const read = (OIDC_PROVIDERS: unknown, OIDC_CLIENT_SECRETS = '') =>
  readConfig({ ...env, OIDC_PROVIDERS: JSON.stringify(OIDC_PROVIDERS), OIDC_CLIENT_SECRETS })
    .oidc_providers;
const tenant = '0123abcd-0000-4000-8000-0123456789ab';
const issuer = 'https://login.example.com';

describe('OIDC_PROVIDERS', () => {
  it('knows the issuers of Google, Microsoft and GitHub, and takes any other', () => {
    const client_id = 'client';
    const list = [
      { id: 'google', client_id },
      { id: 'microsoft', client_id, tenant },
      { id: 'github', client_id },
      { id: 'acme', name: 'Acme', client_id, issuer },
    ];
    const secrets = JSON.stringify({ google: 'secret' });
    expect(
      read(list, secrets).map((one) => [one.name, one.protocol, one.issuer, one.client_secret]),
    ).toEqual([
      ['Google', 'oidc', 'https://accounts.google.com', 'secret'],
      ['Microsoft', 'oidc', `https://login.microsoftonline.com/${tenant}/v2.0`, null],
      ['GitHub', 'github', 'https://github.com', null],
      ['Acme', 'oidc', issuer, null],
    ]);
    expect(read([])).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['another form', { id: 'google', client_id: 'c' }],
    ['Microsoft for everyone', [{ id: 'microsoft', client_id: 'c', tenant: 'common' }]],
    ['Microsoft without a directory', [{ id: 'microsoft', client_id: 'c' }]],
    ['another issuer under a known id', [{ id: 'github', client_id: 'c', issuer }]],
    ['no issuer', [{ id: 'acme', client_id: 'c' }]],
    ['no client', [{ id: 'google' }]],
    ['an id twice', [1, 2].map(() => ({ id: 'google', client_id: 'c' }))],
    ['unknown members', [{ id: 'google', client_id: 'c', secret: 'x' }]],
  ])('is refused with %s, without its values', (_what, value) => {
    expect(() => read(value)).toThrow(/OIDC_PROVIDERS must be a JSON list/);
  });

  it('is refused with malformed secrets, which are not repeated', () => {
    expect(() => read([], '{"google": "canary')).toThrow(/^(?!.*canary).*OIDC_CLIENT_SECRETS/);
  });
});
