import { sql } from 'drizzle-orm';
import { batch } from '../../db/client.ts';
import { type Ctx, coversAgent } from '../../platform/context.ts';
import { type BaseRow, selectAgentsOfBase } from '../base-store.ts';

/** Agents, and sessions of each, whose messages are read. */
const maxAgents = 10;
const maxSessions = 20;
const maxChars = 4000;

/** Returns the latest distinct messages of users to agents that search the base, at most `limit`. */
export async function selectRecentQueries(
  { actor, db, workspace_id }: Ctx,
  { id, agent_id }: BaseRow,
  limit: number,
): Promise<string[]> {
  const agents = await selectAgentsOfBase(db, workspace_id, id, maxAgents).all();
  const ids = [...(agent_id === null ? [] : [agent_id]), ...agents.map((agent) => agent.id)];
  const covered = [...new Set(ids)].filter((agent) => coversAgent(actor, agent));
  const found = await batch(
    db,
    covered.map((agent) =>
      db.all<{ id: string; text: string }>(sql`
        select m.id as id, m.text as text from (
          select s.id as session_id from sessions s where s.workspace_id = ${workspace_id} and s.agent_id = ${agent}
          order by s.id desc limit ${sql.raw(String(maxSessions))}) s
        cross join messages m on m.session_id = s.session_id
        where m.role = 'user' and m.text <> '' order by m.id desc limit cast(${limit} as integer)`),
    ),
  );
  const latest = (found as { id: string; text: string }[][])
    .flat()
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .map(({ text }) => text.trim().slice(0, maxChars))
    .filter((text) => text !== '');
  return [...new Set(latest)].slice(0, limit);
}
