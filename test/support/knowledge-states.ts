import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { Workspace } from './api.ts';

/** Sends a POST request, which must succeed, and returns the body. */
export async function created(workspace: Workspace, path: string, json: unknown) {
  const { status, body } = await workspace.post(path, json);
  if (status >= 300) throw new Error(`seeding ${path} gave ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** Creates an empty knowledge base. */
export const newEmptyBase = async (workspace: Workspace) => ({
  kb: (await created(workspace, '/knowledge-bases', { name: `Seed ${crypto.randomUUID()}` }))
    .id as string,
});

const isReady = (workspace: Workspace, path: string) =>
  vi.waitUntil(async () => (await workspace.get(path)).body.status === 'ready', {
    timeout: 150_000,
    interval: 30,
  });

/** An evaluation that no step has reached. */
export async function newEvaluation(workspace: Workspace) {
  const { kb } = await newEmptyBase(workspace);
  const path = `/knowledge-bases/${kb}`;
  const data = [{ question: 'Who won the cup?', expected: [] }];
  await created(workspace, `${path}/golden-questions`, { data });
  const { id } = await created(workspace, `${path}/evaluations`, {});
  await isReady(workspace, `${path}/evaluations/${id}`);
  await env.DB.prepare(
    "update retrieval_evaluations set status = 'running', metrics = null, ended_at = null where id = ?",
  )
    .bind(id)
    .run();
  return { kb, evaluation: id as string };
}

/** An embedding migration in a state. */
export async function newMigration(workspace: Workspace, status: 'ready' | 'switched' | 'failed') {
  const { kb } = await newEmptyBase(workspace);
  const body = { embedding_model: 'builtin/lexical', query_prefix: 'Query: ' };
  const { id } = await created(workspace, `/knowledge-bases/${kb}/embedding-migrations`, body);
  await isReady(workspace, `/embedding-migrations/${id}`);
  if (status === 'switched') await created(workspace, `/embedding-migrations/${id}/switch`, {});
  if (status === 'failed')
    await env.DB.prepare("update embedding_migrations set status = 'failed' where id = ?")
      .bind(id)
      .run();
  return id as string;
}

/** A design of an agent whose purpose is known. */
export async function newArchitectSession(workspace: Workspace): Promise<string> {
  const { id } = await created(workspace, '/architect/sessions', { model: 'builtin/extractive' });
  const message = { message: 'Answer questions of customers about our shop.' };
  await created(workspace, `/architect/sessions/${id}/messages`, message);
  return id;
}
