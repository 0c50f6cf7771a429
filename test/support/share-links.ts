import { vi } from 'vitest';
import { type Answer, type Options, request, type Workspace } from './api.ts';
import { newChat } from './chat.ts';
import type { Script } from './provider/script.ts';

export interface Shared {
  readonly workspace: Workspace;
  readonly agent: string;
  readonly link: string;
  /** The last part of the URL of the link. */
  readonly address: string;
  /** Opens the link as a new visitor, or as one who comes back. */
  open(json?: object, options?: Options): Promise<Answer>;
  /** A new visitor with a session; requests are made with the token. */
  visit(): Promise<{ readonly as: Workspace; readonly session: string; readonly id: string }>;
}

const hello: Script = { rounds: [{ text: ['Hello ', 'there.'] }], repeat: true };

/** A link to an agent whose model follows the script. */
export async function newShareLink(fields: object = {}, script: Script = hello): Promise<Shared> {
  const { workspace, agent } = await newChat(script);
  const { body } = await workspace.post(`/agents/${agent}/share-links`, {
    name: 'Site',
    ...fields,
  });
  const address = addressOf(body.url);
  const open: Shared['open'] = (json = {}, options = {}) =>
    request('POST', `/api/v1/shared/${address}/visitors`, null, { ...options, json });
  return {
    ...{ workspace, agent, link: body.id, address, open },
    visit: async () => {
      const visit = (await open()).body;
      const as = workspace.as(visit.token);
      const session = (await as.post(`/shared/${address}/sessions`, {})).body.id;
      return { as, session, id: visit.visitor_id };
    },
  };
}

export const addressOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/** Waits for the mail to an address that comes after the call, and returns its text. */
export async function mailTo(email: string, send: () => Promise<unknown>): Promise<string> {
  const log = vi.spyOn(console, 'info');
  try {
    await send();
    return await vi.waitFor(
      () => {
        const lines = log.mock.calls.map(([line]) => String(line));
        const found = lines.find((line) => line.includes('"mail"') && line.includes(`"${email}"`));
        if (found === undefined) throw new Error('no mail yet');
        return JSON.parse(found).text as string;
      },
      { timeout: 150_000 },
    );
  } finally {
    log.mockRestore();
  }
}
