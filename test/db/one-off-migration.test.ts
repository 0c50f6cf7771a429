import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';

const migrations = env.TEST_MIGRATIONS;
const own = migrations.findIndex(({ name }) => name.includes('one_off_runs'));

/** Runs a test on a database of its own, with the schema before the migration: that of an object. */
const withOldDatabase = (test: (db: SqlStorage) => void): Promise<void> =>
  runInDurableObject(env.SESSIONS.get(env.SESSIONS.newUniqueId()), (_host, { storage }) => {
    apply(storage.sql, migrations.slice(0, own));
    test(storage.sql);
  });

function apply(db: SqlStorage, some: typeof migrations): void {
  for (const { queries } of some) for (const query of queries) db.exec(query);
}

function insert(db: SqlStorage, table: string, row: Record<string, string | number | null>): void {
  const names = Object.keys(row);
  const values = names.map(() => '?');
  db.exec(`insert into ${table} (${names}) values (${values})`, ...Object.values(row));
}

const message = { workspace_id: 'ws_1', citations: '[]', created_at: 5 };
const run = {
  ...{ workspace_id: 'ws_1', agent_id: 'agt_1', version_id: 'ver_1', lease_until: 0 },
  created_at: 4,
};
const session = {
  ...{ workspace_id: 'ws_1', agent_id: 'agt_1', inputs: '{"name":"Ada"}', metadata: '{"page":1}' },
  ...{ created_at: 3, updated_at: 3 },
};
const rating = {
  ...{ workspace_id: 'ws_1', agent_id: 'agt_1', version_id: 'ver_1', tags: '[]', rating: 'up' },
  ...{ end_user_id: '', created_at: 6, updated_at: 6 },
};

/** A chat with one run, and a hidden session with a failed run, its successor and a file. */
function fill(db: SqlStorage): void {
  insert(db, 'workspaces', {
    ...{ id: 'ws_1', name: 'W', time_zone: 'UTC', default_model: 'm', content_logging: 1 },
    ...{ created_at: 1, updated_at: 1 },
  });
  insert(db, 'agents', {
    ...{ id: 'agt_1', workspace_id: 'ws_1', slug: 'a', name: 'A', description: '' },
    ...{ tags: '[]', active_version_id: 'ver_1', latest_version: 1, revision: 1 },
    ...{ created_at: 2, updated_at: 2 },
  });
  insert(db, 'sessions', { ...session, id: 'ses_1', kind: 'chat' });
  insert(db, 'sessions', {
    ...session,
    ...{ id: 'shot_1', kind: 'one_shot', end_user_id: 'ada', expires_at: 99 },
  });
  const ended = { ended_at: 7, session_id: 'shot_1', input_message_id: 'msg_q' };
  insert(db, 'runs', { ...run, id: 'run_0', session_id: 'ses_1', status: 'completed' });
  insert(db, 'runs', { ...run, ...ended, id: 'run_1', status: 'failed' });
  insert(db, 'runs', { ...run, ...ended, id: 'run_2', status: 'completed' });
  insert(db, 'messages', {
    ...message,
    ...{ id: 'msg_0', session_id: 'ses_1', run_id: 'run_0', seq: 1, role: 'user', text: 'Chat' },
  });
  const file = { id: 'att_1', object_id: 'att_1', message_id: 'msg_q' };
  insert(db, 'messages', {
    ...{ ...message, id: 'msg_q', session_id: 'shot_1', run_id: 'run_1', seq: 1, role: 'user' },
    ...{ text: 'Why?', prompt: '[{"role":"user"}]', attachments: JSON.stringify([file]) },
  });
  insert(db, 'messages', {
    ...{ ...message, id: 'msg_a', session_id: 'shot_1', run_id: 'run_2', seq: 2 },
    ...{ role: 'assistant', text: 'Because.' },
  });
  insert(db, 'attachments', {
    ...{ ...file, workspace_id: 'ws_1', session_id: 'shot_1', name: 'a.txt', kind: 'document' },
    ...{ media_type: 'text/plain', byte_size: 10, sha256: 'x', status: 'ready' },
    ...{ created_at: 5, updated_at: 5 },
  });
  insert(db, 'message_feedback', {
    ...rating,
    ...{ id: 'fb_1', session_id: 'shot_1', message_id: 'msg_a', run_id: 'run_2' },
  });
}

const rows = (db: SqlStorage, query: string) => db.exec(query).toArray();

it('turns hidden sessions into the content of their runs, and counts nothing twice', () =>
  withOldDatabase((db) => {
    fill(db);
    const quotas = "select resource, used from quotas where workspace_id = 'ws_1' order by 1";
    const before = rows(db, quotas);
    apply(db, migrations.slice(own));
    expect(
      rows(
        db,
        'select run_id, question_id, question, prompt, answer_id, answer, answered_at, end_user_id, inputs, metadata, expires_at from run_contents order by run_id',
      ),
    ).toEqual(
      [
        { run_id: 'run_1', answer_id: 'msg_1', answer: '', answered_at: null },
        { run_id: 'run_2', answer_id: 'msg_a', answer: 'Because.', answered_at: 5 },
      ].map((content) => ({
        ...content,
        ...{ question_id: 'msg_q', question: 'Why?', prompt: '[{"role":"user"}]' },
        ...{ end_user_id: 'ada', inputs: '{"name":"Ada"}', metadata: '{"page":1}', expires_at: 99 },
      })),
    );
    expect(rows(db, 'select id, run_id, object_id, byte_size from run_files')).toEqual([
      { id: 'att_1', run_id: 'run_2', object_id: 'att_1', byte_size: 10 },
    ]);
    expect(rows(db, 'select id, session_id from runs order by id')).toEqual([
      { id: 'run_0', session_id: 'ses_1' },
      { id: 'run_1', session_id: null },
      { id: 'run_2', session_id: null },
    ]);
    expect(rows(db, 'select id, session_id, message_id from feedback')).toEqual([
      { id: 'fb_1', session_id: null, message_id: 'msg_a' },
    ]);
    for (const table of ['sessions', 'messages'])
      expect(rows(db, `select count(*) as n from ${table}`)).toEqual([{ n: 1 }]);
    expect(rows(db, 'select count(*) as n from attachments')).toEqual([{ n: 0 }]);
    expect(rows(db, quotas)).toEqual(before);
    db.exec('delete from run_files');
    expect(rows(db, `${quotas.replace('order', "and resource = 'bytes' order")}`)).toEqual([
      { resource: 'bytes', used: 0 },
    ]);
  }));

it('counts an object that two one-off runs share once', () =>
  withOldDatabase((db) => {
    fill(db);
    apply(db, migrations.slice(own));
    const used = () => rows(db, "select used from quotas where resource = 'bytes'");
    insert(db, 'run_files', {
      ...{ id: 'att_2', workspace_id: 'ws_1', run_id: 'run_2', object_id: 'att_1', byte_size: 10 },
    });
    expect(used()).toEqual([{ used: 10 }]);
    db.exec("delete from run_files where id = 'att_1'");
    expect(used()).toEqual([{ used: 10 }]);
    db.exec("delete from run_files where id = 'att_2'");
    expect(used()).toEqual([{ used: 0 }]);
  }));
