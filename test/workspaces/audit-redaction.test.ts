import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { canonicalJson, sha256 } from '../../src/shared/digest.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { entriesOf, makeEntries, tamper, tick, verify } from './audit-support.ts';

const user = 'ann@shop.example';
const patience = { timeout: 150_000, interval: 100 };

/** Changes that name the end user: as target, and in details. Returns the number of entries so far. */
async function named(workspace: Workspace): Promise<void> {
  await workspace.post(`/end-users/${encodeURIComponent(user)}/revoke-tokens`, {});
  const overrides = [{ id: user, requests_per_day: 9 }];
  await workspace.put('/rate-limits', { end_user: { overrides } });
}

/** Erases the end user, in both passes unless `isHeld`. */
async function erase(workspace: Workspace): Promise<string> {
  const { body } = await workspace.delete(`/end-users/${encodeURIComponent(user)}`);
  const { id } = body as { id: string };
  const due = async () =>
    (
      await env.DB.prepare('update outbox set due_at = 0 where id = ? returning id')
        .bind(id.replace('era_', 'job_'))
        .all()
    ).results.length === 1;
  await vi.waitUntil(due, patience);
  await tick('* * * * *', 'outbox');
  const isDone = async () => (await workspace.get(`/erasures/${id}`)).body.status === 'completed';
  await vi.waitUntil(isDone, patience);
  await tick('* * * * *', 'outbox');
  return id;
}

const redactedOf = async (workspace: Workspace) =>
  (
    await env.DB.prepare(
      'select l.sequence, l.salt, l.redacted_by, a.* from audit_links l join audit_log a on a.id = l.entry_id where l.workspace_id = ? and l.redacted_by is not null order by 1',
    )
      .bind(workspace.id)
      .all<{ sequence: number; salt: string | null; redacted_by: string }>()
  ).results;

/** A workspace with sealed entries of a person who was erased. */
async function erased() {
  const workspace = await newWorkspace();
  await named(workspace);
  await makeEntries(workspace, 2);
  await tick('* * * * *', 'outbox');
  const before = await verify(workspace);
  const erasure = await erase(workspace);
  return { workspace, before, erasure };
}

describe('the chain of the audit log after the erasure of an end user (R77, R83)', () => {
  it('is intact, has the same hashes as before, and names the redacted entries', async () => {
    const { workspace, before, erasure } = await erased();
    const rows = await redactedOf(workspace);
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(rows)).not.toContain(user);
    expect(rows.every((row) => row.salt === null && row.redacted_by === erasure)).toBe(true);
    const { sequence, hash } = before.head;
    expect(before).toMatchObject({ result: 'intact', redacted_count: 0, redacted_by: [] });
    expect(
      await verify(workspace, `expected_sequence=${sequence}&expected_hash=${hash}`),
    ).toMatchObject({
      ...{ result: 'intact', is_complete: true, unsealed: 0, first_broken: null },
      ...{ redacted_count: rows.length, redacted_by: [erasure] },
    });
  });

  it('can still be recomputed from an export, which has neither the person nor the salt', async () => {
    const { workspace, erasure } = await erased();
    const { body } = await workspace.get('/audit-log/export');
    expect(body).not.toContain(user);
    let previous = workspace.id;
    let redacted = 0;
    for (const line of body.trim().split('\n')) {
      const { hash, actor_id, target_id, detail, ip, salt, redacted_by, ...rest } =
        JSON.parse(line);
      previous = await sha256(`${previous}\n${canonicalJson(rest)}`);
      expect(hash).toBe(previous);
      const personal = await sha256(canonicalJson({ actor_id, target_id, detail, ip, salt }));
      if (redacted_by === null) expect(rest.personal_digest).toBe(personal);
      else {
        redacted += 1;
        expect([redacted_by, salt]).toEqual([erasure, null]);
      }
    }
    expect(redacted).toBeGreaterThanOrEqual(2);
  });

  it('is intact for entries that are redacted before, or while, they are sealed', async () => {
    const workspace = await newWorkspace();
    await named(workspace);
    const { body } = await workspace.delete(`/end-users/${encodeURIComponent(user)}`);
    const isFirstPassDone = async () =>
      (
        await env.DB.prepare('select is_again from erasures where id = ?')
          .bind(body.id)
          .first<{ is_again: number }>()
      )?.is_again === 1;
    await Promise.all([vi.waitUntil(isFirstPassDone, patience), tick(), tick()]);
    await tick('* * * * *', 'outbox');
    const { redacted_count, result } = await verify(workspace);
    expect([result, redacted_count]).toEqual(['intact', (await redactedOf(workspace)).length]);
    expect(redacted_count).toBeGreaterThanOrEqual(2);
    // Sealing redacted entries again gives an intact chain as well.
    const [first] = await redactedOf(workspace);
    await tamper(
      [
        'update audit_links set hash = null, personal_digest = null where workspace_id = ? and sequence >= 2',
        workspace.id,
      ],
      ['delete from audit_seals where workspace_id = ? and sequence >= 2', workspace.id],
    );
    await tick('* * * * *', 'outbox');
    expect(first?.sequence).toBe(2);
    expect(await verify(workspace)).toMatchObject({ result: 'intact' });
  });

  const link = 'where workspace_id = ?1 and sequence = ?2';
  const entry = `where id = (select entry_id from audit_links ${link})`;
  it.each([
    [
      'the action of a redacted entry',
      [`update audit_log set action = 'x' ${entry}`],
      'changed_entry',
    ],
    [
      'the time of a redacted entry',
      [`update audit_log set created_at = 1 ${entry}`],
      'changed_entry',
    ],
    [
      'the digest of a redacted entry',
      [`update audit_links set personal_digest = 'x' ${link}`],
      'changed_entry',
    ],
    [
      'the mark of a redacted entry',
      [`update audit_links set redacted_by = null ${link}`],
      'changed_entry',
    ],
    [
      'the pseudonym of a redacted entry',
      [`update audit_log set target_id = 'eve', detail = null ${entry}`],
      'invalid_redaction',
    ],
    [
      'the erasure of a redacted entry',
      [`update audit_links set redacted_by = 'era_x' ${link}`],
      'invalid_redaction',
    ],
    [
      'a removed erasure',
      ['delete from erasures where workspace_id = ?1 and ?2 > 0'],
      'invalid_redaction',
    ],
  ])('is found to be broken: %s', async (_, statements, reason) => {
    const { workspace } = await erased();
    const { sequence = 0 } = (await redactedOf(workspace))[0] ?? {};
    await tamper(...statements.map((text) => [text, workspace.id, sequence] as const));
    expect((await verify(workspace)).first_broken).toMatchObject({ sequence, reason });
  });

  it('finds an entry that was redacted by hand, also with the erasure of another workspace', async () => {
    const other = await erased();
    const workspace = await newWorkspace();
    await makeEntries(workspace, 3);
    await tick('* * * * *', 'outbox');
    for (const id of ['era_x', other.erasure]) {
      await tamper([
        `update audit_links set redacted_by = ?3, salt = null ${link}`,
        ...[workspace.id, 2, id],
      ]);
      expect((await verify(workspace)).first_broken).toMatchObject({
        ...{ sequence: 2, reason: 'invalid_redaction' },
      });
    }
    const { first_broken } = await verify(other.workspace);
    expect(first_broken).toBe(null);
  });

  it('can be redacted by a running erasure only, and only in entries that name its person', async () => {
    const { workspace, erasure } = await erased();
    const running = crypto.randomUUID();
    await env.DB.prepare(
      `insert into erasures (id, workspace_id, end_user_id, subject_hash, pseudonym, status, step, counts, created_at)
       values (?, ?, 'bob', 'x', ?, 'running', 'channels', '{}', 1)`,
    )
      .bind(`era_${running}`, workspace.id, `erased:${running}`)
      .run();
    for (const id of [erasure, `era_${running}`, 'era_x'])
      await expect(
        env.DB.prepare(`update audit_links set redacted_by = ?3, salt = null ${link}`)
          .bind(workspace.id, 1, id)
          .run(),
        id,
      ).rejects.toThrow('append-only');
    await expect(
      env.DB.prepare(`update audit_log set target_id = ?3 ${entry}`)
        .bind(workspace.id, 1, `erased:${running}`)
        .run(),
    ).rejects.toThrow('append-only');
  });

  it('continues from the checkpoint when redacted entries are past their retention', async () => {
    const { workspace, erasure } = await erased();
    const last = (await redactedOf(workspace))[0]?.sequence ?? 0;
    await workspace.patch('/workspace', { audit_retention_days: 30 });
    await tick('* * * * *', 'outbox');
    const at = 'update audit_seals set sealed_at = 1 where workspace_id = ?';
    // The seals before the last one become old; the removal needs no valid signature of them.
    await tamper([
      `${at} and sequence < (select max(sequence) from audit_seals where workspace_id = ?)`,
      workspace.id,
      workspace.id,
    ]);
    await tick('7 * * * *');
    const left = await entriesOf(workspace);
    expect(left[0]?.sequence).toBeGreaterThan(last);
    const redacted = (await redactedOf(workspace)).length;
    expect(await verify(workspace)).toMatchObject({
      ...{ result: 'intact', redacted_count: redacted },
      redacted_by: redacted === 0 ? [] : [erasure],
    });
  });
});
