import { type AgentConfig, type AgentConfigPatch, sections } from './config.ts';

/** The defaults that depend on the workspace and the agent. */
export interface ConfigDefaults {
  readonly model: string;
  readonly base_ids: readonly string[];
}

export const defaultConfig = ({ model, base_ids }: ConfigDefaults): AgentConfig => ({
  instructions: '',
  model,
  fallback_models: [],
  tools: [],
  welcome_message: null,
  starter_questions: [],
  inputs: [],
  output_schema: null,
  metadata: {},
  settings: {
    temperature: null,
    top_p: null,
    max_output_tokens: null,
    stop: [],
    reasoning_effort: null,
  },
  knowledge: {
    base_ids: [...base_ids],
    revisions: null,
    mode: 'hybrid',
    top_k: 8,
    min_score: 0,
    filter: null,
    reranker: null,
    diversity: 0,
    context_tokens: 0,
    rewrite_query: false,
    scope: 'first',
    citations: true,
    no_answer: 'I could not find an answer to that in the documents.',
  },
  memory: { window_tokens: 8000, summary: false, remember: false, remember_tokens: 500 },
  approvals: {
    write: 'after_untrusted',
    destructive: 'always',
    exits: 'approve',
    allowed_hosts: [],
    by_end_user: false,
    expires_in_s: 86_400,
  },
  web: { allowed_domains: [], blocked_domains: [], obey_robots: true },
  hand_over: { by_end_user: false },
  limits: { steps: 8, tool_calls: 32, cost_usd: 1, seconds: 300 },
});

/** Returns `config` with `changes` merged into it; null takes a field, or a whole section, from `defaults`. */
export function mergeConfig(
  config: AgentConfig,
  changes: AgentConfigPatch,
  defaults: AgentConfig,
): AgentConfig {
  const merged = mergeFields(config, changes, defaults) as AgentConfig;
  for (const name of Object.keys(sections) as (keyof typeof sections)[]) {
    const section = changes[name];
    if (section !== undefined && section !== null)
      Object.assign(merged, { [name]: mergeFields(config[name], section, defaults[name]) });
  }
  return merged;
}

function mergeFields(current: object, changes: object, defaults: object): object {
  const fallback = defaults as Record<string, unknown>;
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return {
    ...current,
    ...Object.fromEntries(
      given.map(([name, value]) => [name, value === null ? fallback[name] : value]),
    ),
  };
}

/** Returns the configuration of a stored version. Fields that were added later have their defaults. */
export function parseConfig(stored: Readonly<Record<string, unknown>>): AgentConfig {
  const defaults = defaultConfig({ model: '', base_ids: [] });
  return mergeConfig(defaults, stored as AgentConfigPatch, defaults);
}
