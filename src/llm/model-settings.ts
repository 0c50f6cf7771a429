import type { Egress } from '../platform/ports.ts';

/** The settings of a model. All HTTP requests to the provider use `fetch`, which is bound to `base_url`. */
export interface ModelSettings {
  readonly model: string;
  readonly base_url: string;
  readonly api_key: string | null;
  readonly fetch: ReturnType<Egress['providerFetch']>;
  readonly workers_ai: Ai | null;
}
