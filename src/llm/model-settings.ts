import type { Egress } from '../platform/ports.ts';

/** What a model is made of: all of a provider's HTTP goes through `fetch`, which is bound to `base_url`. */
export interface ModelSettings {
  readonly model: string;
  readonly base_url: string;
  readonly api_key: string | null;
  readonly fetch: ReturnType<Egress['providerFetch']>;
  readonly workers_ai: Ai | null;
}
