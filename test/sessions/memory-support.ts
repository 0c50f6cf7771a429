import { expect, vi } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';
import type { Round } from '../support/provider/script.ts';

export const patience = { timeout: 150_000, interval: 50 };
const backgroundModel = 'anthropic/claude-haiku-4-5';

export const says = (text: string): Round => ({
  text: [text],
  usage: { input_tokens: 20, output_tokens: 4 },
});
export const finds = (...facts: object[]): Round =>
  says(
    JSON.stringify({
      facts: facts.map((fact) => ({ message: 1, confidence: 0.9, replaces: null, ...fact })),
    }),
  );

/** An agent that remembers, with a scripted model, and one for the background if rounds are given. */
export async function newTrial(background: Round[] | null = null, memory: object = {}) {
  const workspace = await newWorkspace();
  const model = await playScript({ rounds: Array.from({ length: 12 }, () => says('Noted.')) });
  await workspace.put('/providers/openai', { api_key: model.api_key });
  const extractor = background === null ? null : await playScript({ rounds: background });
  if (extractor !== null) {
    await workspace.put('/providers/anthropic', { api_key: extractor.api_key });
    await workspace.patch('/workspace', { background_model: backgroundModel });
  }
  const { body } = await workspace.post('/agents', {
    name: 'A',
    config: {
      ...{ instructions: 'Be brief.', model: 'openai/gpt-4o-mini', knowledge: { base_ids: [] } },
      memory: { remember: true, ...memory },
    },
  });
  const agent = body.id as string;
  const open = async (end_user_id: string | null, by: Workspace = workspace) =>
    (
      await by.post(`/agents/${agent}/sessions`, {
        ...(end_user_id === null ? {} : { end_user_id }),
        title: 'Given',
      })
    ).body.id as string;
  const send = async (session: string, message: string) =>
    (await workspace.post(`/sessions/${session}/messages`, { message })).body;
  const known = async (end_user: string, by: Workspace = workspace, query = '') =>
    (await by.get(`/end-users/${end_user}/memories${query}`)).body.data;
  const prompts = async () =>
    (await model.requests()).map(({ body: sent }) => JSON.stringify(sent.input));
  return { workspace, agent, extractor, open, send, known, prompts };
}
type Trial = Awaited<ReturnType<typeof newTrial>>;

export const textsOf = async ({ known }: Trial, end_user: string): Promise<string[]> =>
  (await known(end_user)).map(({ text }: { text: string }) => text);

export const untilKnown = (trial: Trial, end_user: string, ...texts: string[]) =>
  vi.waitFor(async () => expect(await textsOf(trial, end_user)).toEqual(texts), patience);
