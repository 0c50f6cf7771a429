import type { Role } from '../db/schema/workspaces.ts';
import type { Actor } from './caller.ts';

/** The id under which an actor's writes are recorded; null for the root key. */
export function actorId(actor: Actor): string | null {
  switch (actor.type) {
    case 'root':
      return null;
    case 'system':
      return actor.name;
    default:
      return actor.id;
  }
}

/** The API key that pays for an actor's model calls; null where none does. */
export function payingKey(actor: Actor): string | null {
  switch (actor.type) {
    case 'api_key':
      return actor.id;
    case 'end_user':
    case 'system':
      return actor.api_key_id ?? null;
    default:
      return null;
  }
}

/** The role an actor acts in; null for actors that have none. */
export const roleOf = (actor: Actor): Role | null =>
  actor.type === 'api_key' || actor.type === 'user' ? actor.role : null;

/** The agents an actor is limited to; null for all. */
export const coveredAgents = (actor: Actor): readonly string[] | null =>
  actor.type === 'root' || actor.type === 'system' ? null : actor.agent_ids;

/** Returns true when the actor's credential covers the agent. */
export function coversAgent(actor: Actor, agent_id: string | null): boolean {
  const covered = coveredAgents(actor);
  return covered === null || (agent_id !== null && covered.includes(agent_id));
}
