import type { Role } from '../db/schema/workspaces.ts';
import { isId } from '../shared/id.ts';
import type { Actor } from './caller.ts';

/** The id that owns what an actor creates: of an end user, the key that issued the token. Null for the root key. */
export function actorId(actor: Actor): string | null {
  switch (actor.type) {
    case 'root':
      return null;
    case 'end_user':
      return actor.api_key_id;
    case 'system':
      return actor.name;
    default:
      return actor.id;
  }
}

/** The id by which the audit log names an actor. */
export const auditedId = (actor: Actor): string | null =>
  actor.type === 'end_user' ? actor.id : actorId(actor);

/** The groups whose files an actor may read; null for an actor that may read all files. */
export function groupsOf(actor: Actor): readonly string[] | null {
  switch (actor.type) {
    case 'end_user':
      return actor.groups;
    case 'share_link':
      return [];
    default:
      return null;
  }
}

/** The API key or member that pays for an actor's model calls; null where none does. */
export function payingKey(actor: Actor): string | null {
  switch (actor.type) {
    case 'api_key':
    case 'user':
      return actor.id;
    case 'end_user':
    case 'system':
      return actor.api_key_id ?? null;
    default:
      return null;
  }
}

/** The role an actor acts in; null for actors that have none. */
export function roleOf(actor: Actor): Role | null {
  switch (actor.type) {
    case 'api_key':
    case 'user':
      return actor.role;
    // Only on routes that accept end users, and only for what is theirs.
    case 'end_user':
      return 'runtime';
    default:
      return null;
  }
}

/** The agents an actor is limited to; null for all. */
export const coveredAgents = (actor: Actor): readonly string[] | null =>
  'agent_ids' in actor ? actor.agent_ids : null;

/** Returns the actor limited to those of its agents that are given; null limits it no further. */
export function limitTo(actor: Actor, agent_ids: readonly string[] | null): Actor {
  if (agent_ids === null || !('agent_ids' in actor) || actor.type === 'share_link') return actor;
  const covered = actor.agent_ids?.filter((id) => agent_ids.includes(id)) ?? agent_ids;
  return { ...actor, agent_ids: covered };
}

/** Returns true when the actor's credential covers the agent. */
export function coversAgent(actor: Actor, agent_id: string | null): boolean {
  const covered = coveredAgents(actor);
  return covered === null || (agent_id !== null && covered.includes(agent_id));
}

/** Returns true for a visitor of a share link: an end user of the key that belongs to the link. */
export const isVisitor = (actor: Actor): boolean =>
  actor.type === 'end_user' && isId('shl', actor.api_key_id);
