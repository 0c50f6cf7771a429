import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../src/shared/digest.ts';
import { newWorkspace } from '../support/api.ts';
import { entriesOf, makeEntries, tamper, tick, verify } from './audit-support.ts';

describe('the chain of the audit log (R83)', () => {
  it('numbers entries of parallel changes without gaps, and seals them in this order', async () => {
    const workspace = await newWorkspace();
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        workspace.post('/api-keys', { name: `Key ${index}`, role: 'viewer' }),
      ),
    );
    expect(made.map(({ status }) => status)).toEqual(Array(20).fill(201));
    const before = await entriesOf(workspace);
    expect(before.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 21 }, (_, index) => index + 1),
    );
    await Promise.all([tick(), tick()]);
    const { body } = await workspace.get('/audit-log?limit=100');
    expect(body.data.every(({ hash }: { hash: string }) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
    expect(await verify(workspace)).toMatchObject({
      result: 'intact',
      is_complete: true,
      checked: 21,
      unsealed: 0,
      first_broken: null,
      checkpoint: null,
      head: { sequence: 21 },
    });
  });

  it('seals two runs of the task at once like one, and new entries after the old ones', async () => {
    const workspace = await newWorkspace();
    await tick();
    const [first] = await entriesOf(workspace);
    await makeEntries(workspace, 3);
    expect(await verify(workspace)).toMatchObject({ result: 'intact', checked: 1, unsealed: 3 });
    await Promise.all([tick(), tick(), makeEntries(workspace, 2), tick()]);
    await tick();
    expect((await entriesOf(workspace))[0]).toEqual(first);
    expect(await verify(workspace)).toMatchObject({ result: 'intact', checked: 6, unsealed: 0 });
  });

  it('can be recomputed from an export, and its signatures from the public key', async () => {
    const workspace = await newWorkspace();
    await makeEntries(workspace, 4);
    await tick();
    const { headers, body } = await workspace.get('/audit-log/export');
    expect(headers.get('content-type')).toContain('application/jsonl');
    const lines = body
      .trim()
      .split('\n')
      .map((line: string) => JSON.parse(line));
    expect(lines).toHaveLength(5);
    let previous = workspace.id;
    for (const { hash, actor_id, target_id, detail, ip, salt, redacted_by, ...rest } of lines) {
      const personal = await sha256(canonicalJson({ actor_id, target_id, detail, ip, salt }));
      expect([rest.personal_digest, redacted_by]).toEqual([personal, null]);
      previous = await sha256(`${previous}\n${canonicalJson(rest)}`);
      expect(hash).toBe(previous);
    }
    const { head, public_keys } = await verify(workspace);
    expect(head).toMatchObject({ sequence: 5, hash: previous });
    const seal = await env.DB.prepare(
      'select sealed_at, key_number from audit_seals where workspace_id = ? and sequence = 5',
    )
      .bind(workspace.id)
      .first<{ sealed_at: number; key_number: number }>();
    const { public_key } = public_keys.find(
      ({ number }: { number: number }) => number === seal?.key_number,
    );
    const bytes = (text: string) =>
      Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
        char.charCodeAt(0),
      );
    const key = await crypto.subtle.importKey('raw', bytes(public_key), 'Ed25519', false, [
      'verify',
    ]);
    const text = [
      'agentgrid.audit.seal',
      workspace.id,
      5,
      previous,
      new Date(seal?.sealed_at ?? 0).toISOString(),
    ];
    const signed = new TextEncoder().encode(text.join('\n'));
    expect(await crypto.subtle.verify('Ed25519', key, bytes(head.signature), signed)).toBe(true);
  });

  const set = (column: string) =>
    `update audit_log set ${column} where id = (select entry_id from audit_links where workspace_id = ?1 and sequence = ?2)`;
  const other = 'a'.repeat(64);
  it.each([
    ['a changed action', [set("action = 'x'")], 3, 'changed_entry'],
    ['a changed detail', [set(`detail = '{"name":"x"}'`)], 3, 'changed_entry'],
    ['a changed actor', [set("actor_id = 'key_x'")], 3, 'changed_entry'],
    ['a changed time', [set('created_at = created_at - 1')], 3, 'changed_entry'],
    ['a changed address', [set("ip = '1.1.1.1'")], 3, 'changed_entry'],
    [
      'an entry that was removed',
      [
        'delete from audit_log where id = (select entry_id from audit_links where workspace_id = ?1 and sequence = ?2)',
      ],
      3,
      'missing_entry',
    ],
    [
      'an entry that was removed with its link',
      [
        'delete from audit_log where id = (select entry_id from audit_links where workspace_id = ?1 and sequence = ?2)',
        'delete from audit_links where workspace_id = ?1 and sequence = ?2',
      ],
      3,
      'missing_link',
    ],
    [
      'two entries that changed places',
      [
        'update audit_links set entry_id = entry_id || 0 where workspace_id = ?1 and sequence = ?2',
        'update audit_links set entry_id = (select id from audit_log where workspace_id = ?1 order by id limit 1 offset 2) where workspace_id = ?1 and sequence = ?2 + 1',
      ],
      3,
      'missing_entry',
    ],
    [
      'a hash of another chain',
      [`update audit_links set hash = '${other}' where workspace_id = ?1 and sequence = ?2`],
      3,
      'changed_entry',
    ],
    [
      'a hash that was taken away',
      ['update audit_links set hash = null where workspace_id = ?1 and sequence = ?2'],
      3,
      'changed_entry',
    ],
    [
      'a changed seal',
      [`update audit_seals set hash = '${other}' where workspace_id = ?1 and ?2 = 3`],
      6,
      'changed_seal',
    ],
    [
      'a seal of another time',
      ['update audit_seals set sealed_at = sealed_at - 1 where workspace_id = ?1 and ?2 = 3'],
      6,
      'invalid_signature',
    ],
    [
      'a seal with an empty signature',
      ["update audit_seals set signature = '' where workspace_id = ?1 and ?2 = 3"],
      6,
      'invalid_signature',
    ],
    [
      'a removed seal',
      ['delete from audit_seals where workspace_id = ?1 and ?2 = 3'],
      6,
      'missing_seal',
    ],
    [
      'a tail that was cut, its seal left',
      [
        'delete from audit_log where id in (select entry_id from audit_links where workspace_id = ?1 and sequence > ?2)',
        'delete from audit_links where workspace_id = ?1 and sequence > ?2',
      ],
      4,
      'missing_link',
    ],
    [
      'an entry that was added beside the chain',
      [
        `insert into audit_log select 'aud_x', workspace_id, actor_type, actor_id, action, target_type, target_id, detail, request_id, ip, created_at
          from audit_log where workspace_id = ?1 and ?2 = 3 limit 1`,
      ],
      null,
      'unlinked_entry',
    ],
  ])('names the first broken entry: %s', async (_, statements, sequence, reason) => {
    const workspace = await newWorkspace();
    await makeEntries(workspace, 5);
    await tick();
    expect((await verify(workspace)).result).toBe('intact');
    await tamper(...statements.map((text) => [text, workspace.id, 3] as const));
    const verified = await verify(workspace);
    expect(verified).toMatchObject({ result: 'broken', first_broken: { sequence, reason } });
    await env.DB.prepare('update workspaces set deleted_at = 1 where id = ?')
      .bind(workspace.id)
      .run();
    await tamper(["delete from audit_log where id = 'aud_x'"]);
  });

  it('compares with a head that was kept elsewhere, so that a log cut with its seals is found', async () => {
    const workspace = await newWorkspace();
    await tick();
    await makeEntries(workspace, 2);
    await tick();
    const { head } = await verify(workspace);
    await makeEntries(workspace, 2);
    await tick();
    const expected = `expected_sequence=${head.sequence}&expected_hash=${head.hash}`;
    expect(await verify(workspace, expected)).toMatchObject({ result: 'intact', checked: 5 });
    expect(await verify(workspace, `limit=2&${expected}`)).toMatchObject({
      result: 'intact',
      checked: 5,
    });
    const changed = `expected_sequence=2&expected_hash=${head.hash}`;
    expect((await verify(workspace, changed)).first_broken).toMatchObject({
      sequence: 2,
      reason: 'other_history',
    });
    for (const table of ['audit_links', 'audit_seals'])
      await tamper(
        ...(table === 'audit_links'
          ? [
              [
                'delete from audit_log where id in (select entry_id from audit_links where workspace_id = ? and sequence > 1)',
                workspace.id,
              ] as const,
            ]
          : []),
        [`delete from ${table} where workspace_id = ? and sequence > 1`, workspace.id],
      );
    expect((await verify(workspace, expected)).first_broken).toMatchObject({
      reason: 'other_history',
    });
    expect((await workspace.get('/audit-log/verify?expected_sequence=2')).status).toBe(422);
  });

  it('verifies 100,000 entries in pages, and names one changed among them', async () => {
    const workspace = await newWorkspace();
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
       insert into audit_log (id, workspace_id, actor_type, actor_id, action, target_type, target_id, detail, request_id, created_at)
       select 'aud_' || substr(?1, 4) || '_' || i, ?1, 'system', 'load', 'load.test', 'load', 'x' || i, '{"n":' || i || '}', 'req_load', 1 + i from n`,
    )
      .bind(workspace.id)
      .run();
    await tick();
    await tick();
    await tick();
    expect(await verify(workspace, 'limit=20000')).toMatchObject({
      result: 'intact',
      checked: 100_001,
      unsealed: 0,
    });
    await tamper([
      'update audit_log set ip = ? where id = (select entry_id from audit_links where workspace_id = ? and sequence = 77777)',
      '10.0.0.1',
      workspace.id,
    ]);
    const broken = await verify(workspace, 'limit=20000');
    expect(broken.first_broken).toMatchObject({ sequence: 77_777, reason: 'changed_entry' });
    expect(broken.checked).toBe(77_776);
  });
});
