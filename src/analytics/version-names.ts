import { sql } from 'drizzle-orm';
import { valuesOf } from '../db/json-values.ts';
import type { Ctx } from '../platform/context.ts';
import type { Grouping } from './groups.ts';

interface VersionName {
  readonly id: string;
  readonly number: number;
  readonly agent: string;
}

/** Returns the names of the values of the grouping `version`: the agent and the number; without a trip for other groupings. */
export async function namesOfVersions(
  { db, workspace_id }: Ctx,
  grouping: Grouping | undefined,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (grouping !== 'version' || ids.length === 0) return new Map();
  const rows = await db.all<VersionName>(sql`
    select v.id, v.number, a.name as agent from agent_versions v
      join agents a on a.id = v.agent_id and a.workspace_id = ${workspace_id}
    where v.id in ${valuesOf(ids)}`);
  return new Map(rows.map(({ id, agent, number }) => [id, `${agent} · ${number}`]));
}
