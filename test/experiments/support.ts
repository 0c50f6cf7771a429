import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Workspace } from '../support/api.ts';
import { type Chat, newChat } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';

export const answer: Round = { text: ['Fine.'], usage: { input_tokens: 10, output_tokens: 2 } };

export interface Trial extends Chat {
  /** The versions of the agent: of the control, which is active, and of the candidate. */
  readonly control: string;
  readonly candidate: string;
}

/** Adds a version to an agent without activating it. */
export const addVersion = async (workspace: Workspace, agent: string, config: object) =>
  (await workspace.post(`/agents/${agent}/versions`, { config })).body.id as string;

/** An agent with two versions, the first of which is active, and a session from before any experiment. */
export async function newTrial(config: object = {}, rounds: Round[] = [answer]): Promise<Trial> {
  const chat = await newChat({ rounds, repeat: true }, { config });
  const { workspace, agent } = chat;
  const control = (await workspace.get(`/agents/${agent}/versions/1`)).body.id;
  const candidate = await addVersion(workspace, agent, { instructions: 'Answer briefly.' });
  return { ...chat, control, candidate };
}

export const about = (trial: Trial, weights: readonly [number, number] = [50, 50]) => ({
  name: 'Shorter answers',
  primary_metric: { metric: 'success' },
  variants: [
    { name: 'control', version: trial.control, weight: weights[0], is_control: true },
    { name: 'short', version: trial.candidate, weight: weights[1] },
  ],
});

/** Gives all slots to one variant, so that nothing is left to chance. */
export const favour = (experiment: string, variant: string) =>
  env.DB.prepare(
    'update experiments set allocation = json_array(json_array(10000, ?)) where id = ?',
  )
    .bind(variant, experiment)
    .run();

/** Creates an experiment and starts it; the candidate gets everybody unless \`isShared\`. */
export async function startTrial(trial: Trial, isShared = false) {
  const path = `/agents/${trial.agent}/experiments`;
  const made = await trial.workspace.post(path, about(trial));
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const started = await trial.workspace.post(`/experiments/${made.body.id}/start`);
  expect(started.status, JSON.stringify(started.body)).toBe(200);
  if (!isShared) await favour(started.body.id, started.body.variants[1].id);
  return started.body;
}

/** Starts a session of an end user. */
export const newSession = async ({ workspace, agent }: Chat, about: object = {}) =>
  (await workspace.post(`/agents/${agent}/sessions`, about)).body;

/** Sends a message and returns the run of the answer. */
export async function runIn({ workspace }: Chat, session: string, more: object = {}) {
  const { status, body } = await workspace.post(`/sessions/${session}/messages`, {
    message: 'Hello',
    ...more,
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.run;
}

export const exposures = async (experiment: string) =>
  (
    await env.DB.prepare(
      'select subject, variant_id, epoch from experiment_subjects where experiment_id = ? order by subject',
    )
      .bind(experiment)
      .all<{ subject: number; variant_id: string; epoch: number }>()
  ).results;
