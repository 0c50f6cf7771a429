import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import type { HostReply } from '../../src/platform/ports.ts';
import { createSessionHosts } from '../../src/platform/session-hosts.ts';
import { newId } from '../../src/shared/id.ts';
import { RecordingSessionHosts } from '../support/fakes/session-hosts.ts';
import { describeSessionHosts } from './session-hosts.ts';

describeSessionHosts('Durable Objects', () => createSessionHosts(env.SESSIONS, () => undefined));

const fake = () =>
  new RecordingSessionHosts(({ verb }) =>
    verb === 'recover'
      ? { ok: true, value: undefined, body: null }
      : { ok: false, code: 'internal', detail: 'Internal error.', options: {} },
  );

describeSessionHosts('recording fake', fake);

it('passes every reply to the observer before the caller', async () => {
  const seen: HostReply[] = [];
  const hosts = createSessionHosts(env.SESSIONS, (reply) => seen.push(reply));
  const caller = {
    ...{ workspace_id: newId('ws'), actor: { type: 'system', name: 'test' } as const },
    ...{ ip: null, request_id: newId('req'), idempotency: null, rate_limits: null },
  };
  const input = { run_id: newId('run') };
  const reply = await hosts.get(newId('ses')).ask({ caller, verb: 'recover', input });
  expect(seen).toEqual([reply]);
});
