import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/platform/config.ts';
import { newestKey, type Place, rewrap, seal, unseal } from '../../src/platform/vault.ts';
import { Failure } from '../../src/shared/failure.ts';

const key = (letter: string) => btoa(letter.repeat(32));
const configOf = (ENCRYPTION_KEYS?: string) =>
  readConfig({
    ROOT_KEY: 'root-key-of-the-tests-0123456789',
    ...(ENCRYPTION_KEYS === undefined ? {} : { ENCRYPTION_KEYS }),
  });
const one = configOf(`1:${key('a')}`);
const both = configOf(`1:${key('a')},2:${key('b')}`);
const two = configOf(`2:${key('b')}`);
const place: Place = {
  workspace_id: 'ws_1',
  record: 'provider_credentials/openai',
  field: 'api_key',
};
const codeOf = (work: Promise<unknown>) =>
  work.then(String, (error: unknown) => (error instanceof Failure ? error.code : String(error)));

describe('the vault', () => {
  it('opens a secret at its own place and seals it differently each time (R74)', async () => {
    const sealed = await seal(one, place, 'canary-Grüße');
    expect(await unseal(one, place, sealed)).toBe('canary-Grüße');
    expect(sealed).not.toBe(await seal(one, place, 'canary-Grüße'));
    expect(sealed).toMatch(/^v1\.1\./);
    expect(sealed).not.toContain('canary');
  });

  it('opens no secret of another workspace, record or field, or with a changed bit (R74)', async () => {
    const sealed = await seal(one, place, 'secret');
    const flipped = sealed.slice(0, -4) + (sealed.at(-4) === 'A' ? 'B' : 'A') + sealed.slice(-3);
    for (const [at, text] of [
      [{ ...place, workspace_id: 'ws_2' }, sealed],
      [{ ...place, record: 'provider_credentials/groq' }, sealed],
      [{ ...place, field: 'other' }, sealed],
      [place, flipped],
      [place, sealed.replace('v1.1.', 'v1.01.')],
      [place, ''],
      [place, 'v2.1.x.y'],
      [place, 'plain'],
    ] as const) {
      const expected =
        text === sealed.replace('v1.1.', 'v1.01.') ? 'secret' : 'credential_unusable';
      expect(await codeOf(unseal(one, at, text)), text).toBe(expected);
    }
    const parts = (await seal(both, place, 'secret')).split('.');
    expect(await codeOf(unseal(both, place, [parts[0], '1', ...parts.slice(2)].join('.')))).toBe(
      'credential_unusable',
    );
  });

  it('rotates without opening the secret, after which the old key can be removed (R75)', async () => {
    const old = await seal(one, place, 'secret');
    expect(await unseal(both, place, old)).toBe('secret');
    const renewed = await rewrap(both, place, old);
    expect(renewed?.split('.')[3]).toBe(old.split('.')[3]);
    expect(await unseal(two, place, renewed ?? '')).toBe('secret');
    expect(await rewrap(both, place, renewed ?? '')).toBeNull();
    expect(await codeOf(rewrap(both, { ...place, workspace_id: 'ws_2' }, old))).toBe(
      'credential_unusable',
    );
    expect(newestKey(both)).toBe(2);
  });

  it('names the missing setting and stores nothing unencrypted (R75)', async () => {
    expect(await codeOf(seal(configOf(), place, 'secret'))).toBe('unavailable');
    const sealed = await seal(one, place, 'secret');
    await expect(unseal(two, place, sealed)).rejects.toThrow('ENCRYPTION_KEYS has no version 1');
    for (const bad of [
      '1:short',
      'nonsense',
      `1:${key('a')},1:${key('b')}`,
      `0:${key('a')}`,
      `1:${key('a')};2:${key('b')}`,
    ]) {
      expect(() => configOf(bad), bad).toThrow('ENCRYPTION_KEYS must be');
    }
  });
});
