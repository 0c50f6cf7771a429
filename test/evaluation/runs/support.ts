import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { vi } from 'vitest';
import { jobHandlers } from '../../../src/features.ts';
import { openPlatform } from '../../../src/platform/cloudflare.ts';
import { newId } from '../../../src/shared/id.ts';
import { newWorkspace, toRequest, type Workspace } from '../../support/api.ts';

/** An agent that answers with a fixed text, without a model. Each patch makes a version. */
async function newAnswerer(workspace: Workspace, text: string): Promise<string> {
  const config = { model: 'builtin/extractive', knowledge: answers(text).knowledge };
  return (await workspace.post('/agents', { name: 'Answers', config })).body.id;
}

export const answers = (no_answer: string) => ({ knowledge: { scope: 'only', no_answer } });

export async function newDataset(workspace: Workspace, cases: readonly object[]): Promise<string> {
  const dataset = (await workspace.post('/datasets', { name: 'Hours' })).body.id as string;
  for (let at = 0; at < cases.length; at += 100) {
    const added = await workspace.post(`/datasets/${dataset}/cases`, {
      data: cases.slice(at, at + 100),
    });
    if (added.status !== 201) throw new Error(JSON.stringify(added.body));
  }
  return dataset;
}

export const hours = (count: number, expected: object = { answer: 'nine' }) =>
  Array.from({ length: count }, (_, index) => ({
    input: `When do you open on day ${index}?`,
    expected,
    tags: [index % 2 === 0 ? 'even' : 'odd'],
  }));

export async function evaluate(workspace: Workspace, dataset: string, body: object) {
  const started = await workspace.post(`/datasets/${dataset}/evaluations`, body);
  if (started.status !== 202) throw new Error(JSON.stringify(started.body));
  return started.body.id as string;
}

export const ended = (workspace: Workspace, id: string) =>
  vi.waitUntil(
    async () => {
      const { body } = await workspace.get(`/evaluations/${id}`);
      return body.status === 'running' ? undefined : body;
    },
    { timeout: 150_000, interval: 100 },
  );

export async function evaluated(workspace: Workspace, dataset: string, body: object) {
  return ended(workspace, await evaluate(workspace, dataset, body));
}

export async function newSetting(texts: readonly string[], cases: readonly object[]) {
  const workspace = await newWorkspace();
  const agent = await newAnswerer(workspace, texts[0] ?? '');
  for (const text of texts.slice(1))
    await workspace.post(`/agents/${agent}/versions`, { config: answers(text) });
  return { workspace, agent, dataset: await newDataset(workspace, cases) };
}

/** Runs a step of an evaluation as its job does, over other bindings. Returns the error that ended it. */
export async function runStep(
  workspace: Workspace,
  evaluation_id: string,
  bindings: object = {},
): Promise<unknown> {
  const execution = createExecutionContext();
  const platform = openPlatform({ ...env, ...bindings } as Env, execution, {
    request_id: newId('req'),
  });
  const actor = { type: 'system', name: 'evaluation.run', api_key_id: workspace.key_id } as const;
  const ctx = platform.context({ workspace_id: workspace.id, actor });
  const job = { type: 'evaluation.run', evaluation_id, api_key_id: workspace.key_id } as const;
  const error = await Promise.resolve(jobHandlers['evaluation.run'].run(ctx, job)).then(
    () => null,
    (reason: unknown) => reason,
  );
  await waitOnExecutionContext(execution).catch(() => null);
  return error;
}

/** The text of an export. */
export async function exportOf(workspace: Workspace, id: string, accept: string) {
  const path = `/api/v1/evaluations/${id}/export`;
  const request = toRequest('GET', path, workspace.key, { headers: { accept } });
  const response = await exports.default.fetch(request);
  return { type: response.headers.get('content-type'), text: await response.text() };
}
