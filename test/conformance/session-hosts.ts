import { beforeEach, describe, expect, it } from 'vitest';
import type { HostCommand, SessionHosts } from '../../src/platform/ports.ts';
import { newId } from '../../src/shared/id.ts';

const commandOf = (verb: string, input: unknown): HostCommand => ({
  caller: {
    workspace_id: newId('ws'),
    actor: { type: 'system', name: 'conformance' },
    ip: null,
    request_id: newId('req'),
    idempotency: null,
    rate_limits: null,
  },
  verb,
  input,
});

/** The contract of the session hosts: `recover` of an unknown run succeeds, an unknown verb fails. */
export function describeSessionHosts(name: string, open: () => SessionHosts): void {
  describe(`session hosts: ${name}`, () => {
    let hosts: SessionHosts;
    beforeEach(() => {
      hosts = open();
    });
    const recover = () => commandOf('recover', { run_id: newId('run') });

    it('replies with a value, without a body', async () => {
      const reply = await hosts.get(newId('ses')).ask(recover());
      expect(reply.outcome).toMatchObject({ ok: true, body: null });
    });

    it('reports the cost of a command with the reply', async () => {
      const { meter, rates } = await hosts.get(newId('ses')).ask(recover());
      expect(Object.keys(meter.db).sort()).toEqual(['ms', 'rows_read', 'rows_written', 'trips']);
      expect(rates).toEqual([]);
    });

    it('returns a failure as data, with its code', async () => {
      const reply = await hosts.get(newId('ses')).ask(commandOf('no_such_verb', {}));
      expect(reply.outcome).toMatchObject({ ok: false, code: 'internal' });
    });

    it('serves concurrent commands of one session and of others', async () => {
      const session_id = newId('ses');
      const replies = await Promise.all(
        [session_id, session_id, newId('ses')].map((id) => hosts.get(id).ask(recover())),
      );
      expect(replies.map(({ outcome }) => outcome.ok)).toEqual([true, true, true]);
    });
  });
}
