import { type AgentConfig, parseConfig } from '../agents/index.ts';
import type { ToolPin } from '../tools/index.ts';
import type { RunVersionRow } from './store/versions.ts';

/** An agent version, parsed for a run. */
export interface RunVersion {
  readonly id: string;
  readonly number: number;
  readonly config: AgentConfig;
  /** The tools of the version, pinned when it was made. */
  readonly tools: readonly ToolPin[];
  /** The workspace's model for titles and summaries; null to generate these by rule. */
  readonly background_model: string | null;
}

export const toRunVersion = ({
  version_id: id,
  number,
  config,
  tools,
  background_model,
}: RunVersionRow): RunVersion => ({
  id,
  number,
  config: parseConfig(config),
  tools,
  background_model,
});
