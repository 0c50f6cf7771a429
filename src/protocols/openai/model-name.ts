import { AgentParameter, VersionRequest } from '../../agents/index.ts';
import { unknownModel } from './errors.ts';

/** A model name that names an agent: `slug`, `slug@label` or `slug@7`, with the id allowed instead of the slug. */
export interface AgentModel {
  readonly agent: string;
  /** A version number, id or label; null selects the active version. */
  readonly version: string | null;
}

/** Parses a model name. Throws `model_not_found` for a name that cannot be an agent, such as a provider's model. */
export function readAgentModel(model: string): AgentModel {
  const [agent = '', version, ...rest] = model.split('@');
  const isVersion = version === undefined || VersionRequest.safeParse(version).success;
  if (rest.length > 0 || !AgentParameter.safeParse(agent).success || !isVersion)
    throw unknownModel();
  return { agent, version: version ?? null };
}
