import type { Answer, Options, Workspace } from '../support/api.ts';

/** An agent of the workspace, as the API shows it. */
export async function newAgent(workspace: Workspace, json: object = {}): Promise<Answer['body']> {
  const { status, body } = await workspace.post('/agents', { name: 'Agent', ...json });
  if (status !== 201) throw new Error(`creating an agent gave ${status}: ${JSON.stringify(body)}`);
  return body;
}

export const ifMatch = (revision: number | string): Options => ({
  headers: { 'if-match': `"${revision}"` },
});

export const trips = (headers: Headers) =>
  Number(/desc="(\d+) trips/.exec(headers.get('server-timing') ?? '')?.[1]);

export const problem = ({ status, body }: Answer) => [status, body.code];
