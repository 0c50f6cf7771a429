import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';

describe('settings and credentials of a channel', () => {
  it.each([
    [
      { kind: 'webhook', credentials: { secret: 'x'.repeat(32) } },
      { pointer: '/settings/api_url', detail: 'Is required.' },
    ],
    [
      { kind: 'email', settings: { address: 'no' }, credentials: { secret: 'x'.repeat(32) } },
      { pointer: '/settings/address', detail: 'Must be an e-mail address.' },
    ],
    [
      { kind: 'slack', credentials: { signing_secret: 'x'.repeat(32), bot_tokn: 'xoxb-1' } },
      { pointer: '/credentials/bot_token', detail: 'Is required.' },
    ],
  ])('are refused in the words of other fields: %j', async (fields, violation) => {
    const workspace = await newWorkspace();
    await workspace.post('/agents', { name: 'Support', slug: 'support' });
    const { status, body } = await workspace.post('/agents/support/channels', {
      name: 'C',
      ...fields,
    });
    expect(status).toBe(422);
    expect(body.errors[0]).toEqual(violation);
  });
});
