import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { newId } from '../../src/shared/id.ts';
import type { Workspace } from '../support/api.ts';
import type { Round } from '../support/provider/script.ts';
import { minuteTick } from './support.ts';

export const reads = (order: string, id = 'call_1'): Round => ({
  text: [''],
  tool_calls: [{ id, name: 'read_order', arguments: { order } }],
  usage: { input_tokens: 10, output_tokens: 5 },
});
export const says = (text: string): Round => ({
  text: [text],
  usage: { input_tokens: 20, output_tokens: 5 },
});

/** A price with which a turn of two calls costs 0.00004 US dollars. */
export const setPrice = (workspace: Workspace) =>
  workspace.put('/prices', {
    overrides: [{ model: 'openai-compatible/scripted', input: 1, output: 1 }],
  });

/** Waits until a replay is in a status, and returns it. */
export const replayIn = (workspace: Workspace, path: string, status: string) =>
  vi.waitFor(
    async () => {
      const { body } = await workspace.get(path);
      if (body.status !== status) throw new Error(`${path} is ${JSON.stringify(body)}`);
      return body;
    },
    { timeout: 150_000, interval: 100 },
  );

const copied = ['runs', 'run_contents', 'run_steps'] as const;

/** Copies a one-off run with its trace `count` times, as if it had happened again with another question. */
export async function copyRun(run_id: string, count: number): Promise<void> {
  const copies = Array.from({ length: count }, (_, index) => ({
    run: newId('run'),
    question: newId('msg'),
    answer: newId('msg'),
    text: `Where is order 7? (${index})`,
  }));
  for (const table of copied) {
    const { results } = await env.DB.prepare(`select name from pragma_table_info('${table}')`).all<{
      name: string;
    }>();
    const names = results.map(({ name }) => name);
    const changed: Readonly<Record<string, string>> = {
      [table === 'runs' ? 'id' : 'run_id']: `j.value ->> 'run'`,
      question_id: `j.value ->> 'question'`,
      answer_id: `j.value ->> 'answer'`,
      input_message_id: `j.value ->> 'question'`,
      question: `j.value ->> 'text'`,
      ...(table === 'run_steps'
        ? { id: `replace(j.value ->> 'run', 'run_', 'step_') || t.ordinal` }
        : {}),
    };
    const key = table === 'runs' ? 'id' : 'run_id';
    await env.DB.prepare(
      `insert into ${table} (${names.join()}) select ${names.map((name) => changed[name] ?? `t.${name}`).join()}
      from ${table} t cross join json_each(?) j where t.${key} = ?`,
    )
      .bind(JSON.stringify(copies), run_id)
      .run();
  }
}

/** Runs the tasks of a minute, for which the runs so far have ended a while ago. */
export async function laterTick(workspace: Workspace): Promise<void> {
  const shift = 'read_until = read_until - 60000 where workspace_id = ?';
  await env.DB.batch(
    [
      'update runs set ended_at = ended_at - 30000 where ended_at is not null and workspace_id = ?',
      `update online_scorers set ${shift}`,
      `update replays set ${shift}`,
    ].map((query) => env.DB.prepare(query).bind(workspace.id)),
  );
  await minuteTick();
}
