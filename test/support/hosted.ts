import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { jobHandlers } from '../../src/features.ts';
import { dispatchBatch } from '../../src/jobs/index.ts';
import type { Workspace } from './api.ts';
import { FakeVectorize } from './vectorize.ts';
import { requestWith } from './worker.ts';

/** The Worker with Vectorize in place of the vector index in D1, for one workspace. Its jobs run on `runJobs`. */
export function openHosted(workspace: Workspace, dimensions = 512) {
  const index = new FakeVectorize(() => 0, 0, dimensions);
  const queued: unknown[] = [];
  const queue = {
    sendBatch: async (messages: Iterable<MessageSendRequest>) => {
      for (const { body } of messages) queued.push(body);
    },
  };
  const bindings = { VECTORS: index, JOBS: queue };
  return {
    index,
    /** Sends a request and expects its status. */
    async send(method: string, path: string, json: unknown, status = 200) {
      const answer = await requestWith(bindings, method, `/api/v1${path}`, workspace.key, { json });
      expect(answer.status, JSON.stringify(answer.body)).toBe(status);
      return answer.body;
    },
    /** Runs the jobs that are queued, and those that follow. */
    async runJobs() {
      for (let body = queued.shift(); body !== undefined; body = queued.shift()) {
        const execution = createExecutionContext();
        const message = { id: crypto.randomUUID(), body, attempts: 1, timestamp: new Date() };
        const settle = { ack: () => undefined, retry: () => undefined };
        const messages = [{ ...message, ...settle }];
        await dispatchBatch(
          jobHandlers,
          { queue: 'jobs', messages } as unknown as MessageBatch,
          { ...env, ...bindings } as unknown as Env,
          execution,
        );
        await waitOnExecutionContext(execution);
      }
    },
  };
}
