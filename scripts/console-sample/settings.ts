import type { Kit } from './furnish.ts';

/** Everything below Settings, and budgets. */
export async function furnishSettings({ api, make, say, peer }: Kit, agent: string) {
  const gone = say('guest-2', 'id');
  await make(`/agents/${agent}/sessions`, { end_user_id: gone });
  const put = (path: string, json: object) => api.call('PUT', path, { json });
  const [budget, shareLink, channel, erasure] = await Promise.all([
    make('/budgets', {
      ...{ name: say('All agents', 'name'), scope: 'workspace', limit_usd: 20, period: 'month' },
      action: 'block',
    }),
    make(`/agents/${agent}/share-links`, {
      ...{
        name: say('Website', 'name'),
        title: say('Coffee help', 'name'),
        allowed_origins: ['*'],
      },
    }),
    make(`/agents/${agent}/channels`, {
      ...{ kind: 'webhook', name: say('Till', 'name'), settings: { api_url: `${peer}/answers` } },
      credentials: { secret: 'a-secret-of-the-till-0123456789' },
    }),
    api.call<{ id: string }>('DELETE', `/end-users/${encodeURIComponent(gone)}`),
    make('/api-keys', { name: say('Till', 'name'), role: 'runtime' }),
    make('/invitations', { email: 'ada&co=1+x@example.com', role: 'viewer' }),
    make('/token-issuers', {
      ...{ name: say('Sign-in of the shop', 'name'), issuer: peer, agent_ids: [agent] },
      ...{ audience: say('cafe', 'id'), jwks_url: `${peer}/keys` },
    }),
    make('/webhooks', { url: `${peer}/events`, description: say('Messages for the till', 'name') }),
    make('/workspace/exports'),
    put('/alerts/webhook', { url: `${peer}/alerts` }),
    put('/telemetry', { enabled: true, endpoint: `${peer}/telemetry` }),
    put('/rate-limits', { workspace: { requests_per_minute: 100_000 } }),
  ]);
  await api.call('PATCH', '/workspace', {
    json: {
      name: say('Café', 'name'),
      billing: { name: say('Café', 'name'), address: say('1 Main Street', 'name') },
    },
  });
  const { data: webhooks } = await api.call<{ data: { id: string }[] }>('GET', '/webhooks');
  for (const { id } of webhooks) await make(`/webhooks/${id}/test`).catch(() => undefined);
  return {
    ...{ budget: budget.id, share_link: shareLink.id, channel: channel.id },
    erasure: erasure.id,
  };
}
