import { AgentParameter, VersionRequest } from '../../agents/index.ts';
import { unknownModel } from './errors.ts';

/** An agent as a model: `slug`, `slug@label`, `slug@7`, and the same with its id. */
export interface AgentModel {
  readonly agent: string;
  /** A number, id or label; null follows the active version. */
  readonly version: string | null;
}

/** Throws `model_not_found` for what cannot name an agent, such as a provider's model. */
export function readAgentModel(model: string): AgentModel {
  const [agent = '', version, ...rest] = model.split('@');
  const isVersion = version === undefined || VersionRequest.safeParse(version).success;
  if (rest.length > 0 || !AgentParameter.safeParse(agent).success || !isVersion)
    throw unknownModel();
  return { agent, version: version ?? null };
}
