import { newWorkspace, type Options, type Workspace } from '../support/api.ts';
import { playScript, type ScriptedProvider } from '../support/provider/client.ts';
import type { Round, Script } from '../support/provider/script.ts';
import { atRest } from '../support/resources.ts';

export const scripted = 'openai-compatible/scripted';

/** A conversation with the architect. */
export interface Design {
  readonly workspace: Workspace;
  readonly id: string;
  readonly path: string;
  say(message: string, more?: object, options?: Options): ReturnType<Workspace['post']>;
  /** Says several things, and returns the session after the last of them. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  sayAll(...messages: string[]): Promise<any>;
  /** Tests the draft when its documents are ready. */
  test(json?: object): ReturnType<Workspace['post']>;
}

export async function newDesign(workspace: Workspace, body: object = {}): Promise<Design> {
  const { status, body: made } = await workspace.post('/architect/sessions', body);
  if (status !== 201) throw new Error(`${status}: ${JSON.stringify(made)}`);
  const path = `/architect/sessions/${made.id}`;
  const say: Design['say'] = (message, more = {}, options) =>
    workspace.post(`${path}/messages`, { message, ...more }, options);
  return {
    ...{ workspace, path, say },
    id: made.id,
    async sayAll(...messages) {
      let session = made;
      for (const message of messages) {
        const { status: answered, body: reply } = await say(message);
        if (answered !== 200) throw new Error(`${answered}: ${JSON.stringify(reply)}`);
        session = reply.session;
      }
      return session;
    },
    async test(json = {}) {
      await atRest(workspace.id);
      return workspace.post(`${path}/test`, json);
    },
  };
}

/** An answer of the scripted architect. */
export const writes = (output: object, more: Partial<Round> = {}): Round => ({
  text: [JSON.stringify(output)],
  usage: { input_tokens: 100, output_tokens: 50 },
  ...more,
});

/** A workspace whose default model follows a script, with a price. */
export async function withModel(
  script: Script,
): Promise<{ workspace: Workspace; provider: ScriptedProvider }> {
  const workspace = await newWorkspace();
  const provider = await playScript(script);
  const { base_url, api_key } = provider;
  await workspace.put('/providers/openai-compatible', { base_url: base_url.compatible, api_key });
  await workspace.put('/prices', { overrides: [{ model: scripted, input: 1, output: 2 }] });
  await workspace.patch('/workspace', { default_model: scripted });
  return { workspace, provider };
}
