import type { Api } from './api.ts';
import { digestOf, type ManifestFile } from './manifests.ts';

interface Version {
  readonly id: string;
  readonly number: number;
}

interface Named {
  readonly name: string | null;
}

/** The reply of `POST /agents/{agent}/plan`. */
export interface AgentPlan {
  readonly agent_id: string;
  readonly from: Version;
  readonly has_changes: boolean;
  readonly creates_version: boolean;
  readonly fields: readonly {
    readonly field: string;
    readonly from: unknown;
    readonly to: unknown;
  }[];
  readonly instructions: readonly {
    readonly type: 'same' | 'added' | 'removed';
    readonly lines: readonly string[];
  }[];
  readonly summary: readonly string[];
  readonly tools: Readonly<Record<'added' | 'removed' | 'updated', readonly string[]>>;
  readonly knowledge_bases: Readonly<Record<'added' | 'removed', readonly Named[]>>;
  readonly config: object;
  readonly labels: Readonly<Record<string, Version>>;
  readonly warnings: readonly { readonly detail: string }[];
  readonly cost: {
    readonly calls: number;
    readonly last_week_usd: number | null;
    readonly forecast_usd: number | null;
    readonly assumptions: readonly string[];
  };
  readonly plan_hash: string;
}

export interface Change {
  readonly file: ManifestFile;
  readonly action: 'create' | 'update' | 'none';
  /** Null for an agent that does not exist yet. */
  readonly plan: AgentPlan | null;
  readonly warnings: readonly { readonly detail: string }[];
}

export interface WholePlan {
  readonly changes: readonly Change[];
  /** Identifies all changes, the datasets and the state of the agents that they are for. */
  readonly hash: string;
}

/** Plans all manifests against the workspace. */
export async function planAll(api: Api, files: readonly ManifestFile[]): Promise<WholePlan> {
  const changes: Change[] = [];
  for (const file of files) {
    const plan = await api.find<AgentPlan>('POST', `/agents/${file.slug}/plan`, {
      json: { manifest: file.manifest },
    });
    // An agent that the key does not cover, and a server without plans, are errors here.
    const { warnings } =
      plan ??
      (await api.call<Pick<AgentPlan, 'warnings'>>('POST', '/agents/plan', {
        json: { manifest: file.manifest },
      }));
    const action = plan === null ? 'create' : plan.has_changes ? 'update' : 'none';
    changes.push({ file, action, plan, warnings });
  }
  const hash = digestOf(
    changes.map(({ file, action, plan }) => [file.slug, action, file.digest, plan?.plan_hash]),
  );
  return { changes, hash };
}

export const hasChanges = ({ changes }: WholePlan): boolean =>
  changes.some(({ action }) => action !== 'none');
