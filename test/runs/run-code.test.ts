import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { runCode } from '../../src/tools/builtin/run-code.ts';
import { request, toRequest } from '../support/api.ts';
import { newChat, readFrames } from '../support/chat.ts';
import { addText, newBase } from '../support/files.ts';
import type { Round } from '../support/provider/script.ts';
import { runSchedule } from '../support/schedule.ts';

const usage = { input_tokens: 10, output_tokens: 5 };
const says: Round = { text: ['Done.'], usage };
let calls = 0;
const runs = (code: string, more: object = {}): Round => {
  calls += 1;
  return {
    text: [],
    tool_calls: [{ id: `call_${calls}`, name: 'run_code', arguments: { code, ...more } }],
    usage,
  };
};
const config = { tools: ['run_code'] };
const csv = 'city,amount\nZürich,3\nBern,4\n';

// biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
const toolSteps = async (workspace: any, run: string) =>
  (await workspace.get(`/runs/${run}`)).body.steps.filter(
    ({ type }: { type: string }) => type === 'tool',
  );

describe('run_code', () => {
  it('reads attachments, and gives the files it writes to the user', async () => {
    const chat = await newChat(
      {
        rounds: [
          runs(
            "const rows = parseCsv(readFile('sales.csv'));\nwriteFile('sum.csv', toCsv([{ total: sum(rows.map((r) => r.amount)) }]));\nconsole.log('rows', rows.length);\nreturn rows[0]",
          ),
          says,
        ],
      },
      { config },
    );
    const { workspace, session } = chat;
    const attachment = (
      await workspace.post(`/sessions/${session}/attachments`, { name: 'sales.csv', text: csv })
    ).body.id;
    const frames = await readFrames(
      await chat.stream({ message: 'Sum them up.', attachments: [attachment] }),
    );
    const shown = frames.find(({ data }) => data.type === 'file')?.data;
    expect(shown).toMatchObject({
      mediaType: 'text/csv',
      providerMetadata: { agentgrid: { name: 'sum.csv', byte_size: 8 } },
    });
    const { body: messages } = await workspace.get(`/sessions/${session}/messages`);
    const answer = messages.data.find(({ role }: { role: string }) => role === 'assistant');
    expect(answer.parts).toMatchObject([
      { type: 'text', text: 'Done.' },
      { type: 'file', name: 'sum.csv', url: shown.url },
    ]);
    expect(answer.run).toMatchObject({
      files: [{ name: 'sum.csv' }],
      untrusted_sources: ['attachments', 'run_code'],
    });
    const [step] = await toolSteps(workspace, answer.run_id);
    expect(step.output).toMatchObject({
      ...{ result: { city: 'Zürich', amount: 3 }, console: 'rows 2', files: ['sum.csv'] },
    });
    const { body: executions } = await workspace.get(`/code-executions?run=${answer.run_id}`);
    expect(executions.data).toMatchObject([
      { status: 'completed', agent_id: chat.agent, session_id: session, file_count: 1 },
    ]);
    const { body: files } = await workspace.get(
      `/generated-files?run=${answer.run_id}&agent=${chat.agent}`,
    );
    expect(files.data).toMatchObject([{ name: 'sum.csv', session_id: session }]);
    const path = `/api/v1/generated-files/${files.data[0].id}`;
    const stored = await exports.default.fetch(toRequest('GET', path, workspace.key));
    expect(await stored.text()).toBe('total\n7\n');
  });

  it('tells the model what is wrong, and in which line, so that it can mend its code', async () => {
    const chat = await newChat(
      {
        rounds: [
          runs(
            'type A = { n: number };\nconsole.log("at work");\nconst a: A | null = null;\nreturn a.n',
            { language: 'typescript' },
          ),
          runs("import fs from 'fs'"),
          runs("return fetch('https://example.com')"),
          runs('for (;;);'),
          runs('return 42'),
          says,
        ],
      },
      { config },
    );
    const { body } = await chat.send({ message: 'Compute.' });
    const errors = (await toolSteps(chat.workspace, body.run_id)).map(
      ({ error }: { error: string }) => error,
    );
    expect(errors).toEqual([
      expect.stringMatching(
        /^TypeError: .*\(line 4: return a\.n\)\nConsole until then:\nat work$/s,
      ),
      expect.stringContaining('Modules do not exist here'),
      expect.stringContaining('No network is available here'),
      expect.stringMatching(/^Timeout: The code was stopped after 2000 ms/),
      null,
    ]);
  });

  it('reads files of the knowledge by name, within what the caller may read', async () => {
    const chat = await newChat({
      rounds: [
        runs("return parseCsv(readFile('prices.csv')).length", { files: ['prices.csv'] }),
        runs("return readFile('secret.csv')", { files: ['secret.csv'] }),
        says,
      ],
    });
    const { workspace, agent } = chat;
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'prices.csv', csv);
    await addText(workspace, base, 'secret.csv', `${csv}Basel,5\n`, { groups: ['staff'] });
    await workspace.patch(`/agents/${agent}`, {
      config: { ...config, knowledge: { base_ids: [base], scope: 'general' } },
    });
    const { body: token } = await workspace.post('/end-user-tokens', {
      end_user_id: 'customer-1',
      groups: ['public'],
      agent_ids: [agent],
    });
    const caller = workspace.as(token.token);
    const { body } = await caller.post(`/agents/${agent}/runs`, {
      message: 'How many prices are there?',
    });
    const run = body.run_id;
    const [own, other] = await toolSteps(workspace, run);
    expect(own.output).toEqual({ result: 2 });
    expect(other.error).toContain('is named secret.csv');
    expect((await workspace.get(`/runs/${run}`)).body.untrusted_sources).toContain('documents');
    const row = await env.DB.prepare('select source_file_ids from runs where id = ?')
      .bind(run)
      .first();
    expect(JSON.parse(String(row?.source_file_ids))).toContain(file.id);
  });

  it('is read by an end user only as long as its answer is', async () => {
    const chat = await newChat({
      rounds: [runs("writeFile('a.csv', readFile('prices.csv'))", { files: ['prices.csv'] }), says],
    });
    const { workspace, agent } = chat;
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'prices.csv', csv);
    await workspace.patch(`/agents/${agent}`, {
      config: { ...config, knowledge: { base_ids: [base], scope: 'general' } },
    });
    const tokenOf = async (end_user_id: string) =>
      workspace.as(
        (await workspace.post('/end-user-tokens', { end_user_id, groups: [], agent_ids: [agent] }))
          .body.token,
      );
    const [caller, other] = [await tokenOf('customer-1'), await tokenOf('customer-2')];
    const { body } = await caller.post(`/agents/${agent}/runs`, { message: 'Copy the prices.' });
    const [written] = body.run.files;
    const path = `/generated-files/${written.id}`;
    expect((await caller.get(path)).status).toBe(200);
    expect((await other.get(path)).status).toBe(404);
    await workspace.patch(`/files/${file.id}`, { groups: ['staff'] });
    expect((await caller.get(path)).status).toBe(404);
    expect((await caller.get(`/runs/${body.run_id}`)).body.files).toEqual([]);
    expect((await workspace.get(path)).status).toBe(200);
  });

  it('is a container_file_citation of /v1/responses, whole and streamed', async () => {
    const round = () => runs("writeFile('a.json', { a: 1 })");
    const { workspace, agent } = await newChat(
      { rounds: [round(), says, round(), says] },
      { config },
    );
    const json = { model: agent, input: 'Write it.' };
    const { body } = await request('POST', '/v1/responses', workspace.key, { json });
    const annotations = body.output[0].content[0].annotations;
    expect(annotations).toMatchObject([
      { type: 'container_file_citation', filename: 'a.json', start_index: 5, end_index: 5 },
    ]);
    expect(annotations[0].container_id).toMatch(/^exec_/);
    expect(body.agentgrid.files).toMatchObject([{ id: annotations[0].file_id }]);
    const streamed = { json: { ...json, stream: true } };
    const response = await exports.default.fetch(
      toRequest('POST', '/v1/responses', workspace.key, streamed),
    );
    const text = await response.text();
    expect(text).toContain('"type":"response.output_text.annotation.added"');
    expect(text).toContain('"container_file_citation"');
  });

  it('is erased with the run: its files are closed at once, and removed by the next tick (R77)', async () => {
    const chat = await newChat(
      { rounds: [runs("writeFile('a.txt', 'canary')"), says] },
      { config },
    );
    const { workspace, session } = chat;
    const { body } = await chat.send({ message: 'Write it.' });
    const [file] = body.run.files;
    expect((await workspace.delete(`/sessions/${session}`)).status).toBe(204);
    expect((await workspace.get(`/generated-files/${file.id}`)).status).toBe(404);
    expect((await workspace.get('/code-executions')).body.data).toEqual([]);
    await runSchedule('* * * * *', env, createExecutionContext());
    expect(await env.FILES.head(`${workspace.id}/${file.id}`)).toBeNull();
    expect(
      (await env.DB.prepare('select id from generated_files where id = ?').bind(file.id).all())
        .results,
    ).toEqual([]);
  });

  it('is erased with its response, while the conversation continues (R77)', async () => {
    const chat = await newChat(
      { rounds: [runs("writeFile('a.txt', 'canary')"), says, says] },
      { config },
    );
    const { workspace, agent } = chat;
    const call = (method: string, path: string, json?: object) =>
      request(method, `/v1/responses${path}`, workspace.key, json === undefined ? {} : { json });
    const { body: first } = await call('POST', '', { model: agent, input: 'Write it.' });
    const [file] = first.agentgrid.files;
    const more = { model: agent, input: 'Thanks.', previous_response_id: first.id };
    expect((await call('POST', '', more)).status).toBe(200);
    expect((await call('DELETE', `/${first.id}`)).status).toBe(200);
    expect((await workspace.get('/code-executions')).body.data).toEqual([]);
    expect((await workspace.get(`/generated-files/${file.id}`)).status).toBe(404);
    const link = new URL(file.url, 'https://example.com');
    expect((await exports.default.fetch(link)).status).toBe(404);
    const { results } = await env.DB.prepare(
      "select id from runs where workspace_id = ? and generated_files like '%a.txt%'",
    )
      .bind(workspace.id)
      .all();
    expect(results).toEqual([]);
  });

  it('describes to the model exactly the functions that exist', async () => {
    const { workspace } = await newChat({ rounds: [] });
    const named = [
      ...runCode.description.matchAll(/\b([a-z]+[A-Z]\w*|sum|mean|median|quantile)\(/g),
    ].map(([, name]) => name);
    const names = [...new Set(named)];
    expect(names.length).toBeGreaterThanOrEqual(12);
    const code = `return ${JSON.stringify(names)}.filter((name) => typeof globalThis[name] !== 'function')`;
    expect((await workspace.post('/code-executions', { code })).body.result).toEqual([]);
  });
});
