import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { Workspace } from './api.ts';
import { created } from './knowledge-states.ts';

type Values = Readonly<Record<string, string>>;

const everything = { from: '2020-01-01T00:00:00Z', sample: 1 };

/** An agent with one turn. */
async function newUsedAgent(workspace: Workspace): Promise<string> {
  const agent = (await created(workspace, '/agents', { name: 'Replayed' })).id;
  await created(workspace, `/agents/${agent}/runs`, { message: 'When does the shop open?' });
  return agent;
}

/** A replay that has ended. */
async function newReplay(workspace: Workspace): Promise<string> {
  const agent = await newUsedAgent(workspace);
  const { id } = await created(workspace, `/agents/${agent}/replays`, everything);
  await vi.waitFor(
    async () => {
      const { body } = await workspace.get(`/replays/${id}`);
      if (body.status !== 'completed') throw new Error(`The replay is ${body.status}.`);
    },
    { timeout: 150_000 },
  );
  return id;
}

const newShadow = async (workspace: Workspace): Promise<string> => {
  const agent = (await created(workspace, '/agents', { name: 'Shadowed' })).id;
  return (await created(workspace, `/agents/${agent}/shadows`, { share: 0.5 })).id;
};

const inStatus = async (id: string, status: string): Promise<string> => {
  await env.DB.prepare('update replays set status = ? where id = ?').bind(status, id).run();
  return id;
};

export const replayRecipes = [
  {
    needs: 'POST /api/v1/agents/{agent}/replays',
    gives: ['replay'],
    make: async (workspace: Workspace): Promise<Values> => ({ replay: await newReplay(workspace) }),
  },
  {
    needs: 'POST /api/v1/agents/{agent}/shadows',
    gives: ['shadow'],
    make: async (workspace: Workspace): Promise<Values> => ({
      shadow: await inStatus(await newShadow(workspace), 'paused'),
    }),
  },
  {
    needs: 'POST /api/v1/agents/{agent}/online-scorers',
    gives: ['online_scorer'],
    from: ['agent'],
    make: async (workspace: Workspace, { agent }: Values): Promise<Values> => {
      const about = { name: 'Seed', scorer: { type: 'refuses' } };
      return {
        online_scorer: (await created(workspace, `/agents/${agent}/online-scorers`, about)).id,
      };
    },
  },
];

export const replayBodies: Readonly<Record<string, (own: Values) => unknown>> = {
  'POST /api/v1/agents/{agent}/replays': () => everything,
  'POST /api/v1/agents/{agent}/shadows': () => ({ share: 0.1 }),
};

/** Values of an operation that uses its replay or shadow up; null for other operations. */
export async function freshReplay(name: string, workspace: Workspace): Promise<Values | null> {
  switch (name) {
    case 'POST /api/v1/agents/{agent}/replays':
      return { agent: await newUsedAgent(workspace) };
    case 'POST /api/v1/replays/{replay}/cancel':
    case 'POST /api/v1/replays/{replay}/resume':
      return { replay: await inStatus(await newReplay(workspace), 'paused') };
    case 'POST /api/v1/shadows/{shadow}/pause':
      return { shadow: await newShadow(workspace) };
    case 'POST /api/v1/shadows/{shadow}/stop':
    case 'POST /api/v1/shadows/{shadow}/resume':
      return { shadow: await inStatus(await newShadow(workspace), 'paused') };
    default:
      return null;
  }
}
