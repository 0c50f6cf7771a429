import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { toRequest, type Workspace } from '../support/api.ts';
import { runSchedule } from '../support/schedule.ts';

const evaluationTasks = [
  ...['deleted_datasets', 'deleted_evaluations', 'review_rules', 'deleted_replays'],
  ...['deleted_online_scorers', 'shadows', 'online_scorers', 'outbox'],
];

/** Runs the tasks of evaluations of a minute. */
export async function minuteTick(): Promise<void> {
  const execution = createExecutionContext();
  await runSchedule('* * * * *', env as Env, execution, evaluationTasks);
  await waitOnExecutionContext(execution);
}

export async function newDataset(workspace: Workspace, fields: object = {}): Promise<string> {
  const { body } = await workspace.post('/datasets', { name: 'Hours', ...fields });
  return body.id;
}

export const inputsOf = async (workspace: Workspace, dataset: string, query = '') =>
  (await workspace.get(`/datasets/${dataset}/cases?limit=100${query}`)).body.data.map(
    ({ input }: { input: string }) => input,
  );

/** Creates an agent that answers without a model provider. */
export async function newAgent(workspace: Workspace, config: object = {}): Promise<string> {
  const { body } = await workspace.post('/agents', { name: 'Answers', config });
  return body.id;
}

/** A turn in a new session. */
export async function newTurn(workspace: Workspace, agent: string, message = 'When do you open?') {
  const session = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id as string;
  const { body } = await workspace.post(`/sessions/${session}/messages`, { message });
  return { session, message: body.id as string, run: body.run_id as string, text: body.text };
}

/** The text of an export. */
export async function exportOf(workspace: Workspace, dataset: string, format: string) {
  const path = `/api/v1/datasets/${dataset}/export?format=${format}`;
  const response = await exports.default.fetch(toRequest('GET', path, workspace.key));
  return new TextDecoder().decode(await response.arrayBuffer());
}
