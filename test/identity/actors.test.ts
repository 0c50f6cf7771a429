import { describe, expect, it } from 'vitest';
import { authorize, mayUse } from '../../src/identity/index.ts';
import { type Actor, coversAgent, payingKey } from '../../src/platform/context.ts';

const agent_ids = ['agt_1'] as const;
const endUser: Actor = {
  type: 'end_user',
  id: 'customer-1',
  api_key_id: 'key_1',
  agent_ids,
  groups: ['staff'],
  versions: 'active',
  issued_at: 0,
  expires_at: 1,
  limits: { id: 'token-1', requests_per_minute: null, budget: null },
};
const shareLink: Actor = { type: 'share_link', id: 'link_1', agent_ids, expires_at: null };
const editor: Actor = {
  type: 'user',
  id: 'mem_1',
  role: 'editor',
  is_owner: false,
  agent_ids: null,
  expires_at: null,
};

describe('actors', () => {
  it('a share link holds no permission and covers its agent only', () => {
    expect(mayUse(shareLink, 'self:read')).toBe(false);
    expect(() => authorize(shareLink, 'sessions:write')).toThrow(/permission sessions:write/);
    expect([coversAgent(shareLink, 'agt_1'), coversAgent(shareLink, 'agt_2')]).toEqual([
      true,
      false,
    ]);
  });

  it('an end user holds the permissions of a runtime key for the agents of the token', () => {
    expect([mayUse(endUser, 'sessions:write'), mayUse(endUser, 'knowledge:read')]).toEqual([
      true,
      false,
    ]);
    expect([coversAgent(endUser, 'agt_1'), coversAgent(endUser, 'agt_2')]).toEqual([true, false]);
  });

  it('user holds the permissions of its role', () => {
    expect([mayUse(editor, 'agents:write'), mayUse(editor, 'keys:manage')]).toEqual([true, false]);
  });

  it('an end user is paid for by the key that issued the token, a member by their own id, a share link by none', () => {
    expect([endUser, editor, shareLink].map(payingKey)).toEqual(['key_1', 'mem_1', null]);
  });
});
