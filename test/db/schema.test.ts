import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';

/** Tables that belong to no workspace. */
const shared = new Set([
  'workspaces',
  'users',
  'user_sessions',
  'user_tokens',
  'sign_in_attempts',
  'recovery_codes',
  'user_identities',
  'passkeys',
  'used_challenges',
  'account_deletions',
  'd1_migrations',
  'analytics_cursors',
  'schedule_ticks',
  'quota_defaults',
  'keyword_stems',
  'keyword_progress',
  'receipt_keys',
]);

const schema = async () =>
  (
    await env.DB.prepare(
      "select type, name, sql from sqlite_master where name not like '\\_cf\\_%' escape '\\' order by type, name",
    ).all<{
      type: string;
      name: string;
      sql: string | null;
    }>()
  ).results;

/** Our own tables: not SQLite's, not those behind a virtual table. */
async function tables() {
  const all = (await schema()).filter(
    ({ type, name }) => type === 'table' && !name.startsWith('sqlite_'),
  );
  const virtual = all
    .filter(({ sql }) => sql?.startsWith('CREATE VIRTUAL'))
    .map(({ name }) => name);
  return all.filter(
    ({ name }) => !virtual.some((prefix) => name === prefix || name.startsWith(`${prefix}_`)),
  );
}

describe('the schema', () => {
  it('has STRICT tables only', async () => {
    for (const { name, sql } of await tables())
      if (name !== 'd1_migrations') expect(sql, name).toMatch(/\)\s*STRICT$/);
  });

  it('has a non-null workspace_id in every table with data of a workspace', async () => {
    for (const { name, sql } of await tables()) {
      if (!shared.has(name))
        expect(sql, name).toMatch(/`workspace_id` text (?:PRIMARY KEY )?NOT NULL/);
    }
  });

  it('has no cascading deletes', async () => {
    for (const { name, sql } of await tables()) expect(sql, name).not.toMatch(/ON DELETE CASCADE/i);
  });

  it('enforces foreign keys', async () => {
    const missing = env.DB.prepare(
      "insert into agent_labels (workspace_id, agent_id, label, version_id, updated_at) values ('w', 'a', 'l', 'v', 0)",
    );
    await expect(missing.run()).rejects.toThrow(/FOREIGN KEY/);
    expect((await env.DB.prepare('pragma foreign_key_check').all()).results).toEqual([]);
  });

  it('is unchanged by a second run of the migrations (R62)', async () => {
    const before = await schema();
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    expect(await schema()).toEqual(before);
  });

  it('never changes a version, an activation or an audit row (R58, R83)', async () => {
    const guarded = (await schema())
      .filter(({ type }) => type === 'trigger')
      .map(({ name }) => name);
    for (const table of ['agent_versions', 'agent_activations', 'audit_log']) {
      expect(guarded).toEqual(expect.arrayContaining([`${table}_no_update`, `${table}_no_delete`]));
    }
  });
});
