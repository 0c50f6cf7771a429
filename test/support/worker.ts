import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { app } from '../../src/app.ts';
import { type Answer, type Options, toAnswer, toRequest } from './api.ts';

/** Bindings that replace those of the Worker. */
export type Bindings = Partial<Record<keyof Env, unknown>>;

/** Sends one request with other bindings, and waits for deferred work. */
export async function requestWith(
  bindings: Bindings,
  method: string,
  path: string,
  key: string,
  options: Options = {},
): Promise<Answer> {
  const execution = createExecutionContext();
  const response = await app.fetch(
    toRequest(method, path, key, options),
    { ...env, ...bindings } as Env,
    execution,
  );
  const answer = await toAnswer(response);
  await waitOnExecutionContext(execution);
  return answer;
}
