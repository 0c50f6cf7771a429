import type { SecretOwner } from '../db/schema/secrets.ts';
import type { Place } from '../platform/vault.ts';

/**
 * Names a secret within a workspace. `bound_to` is the URL that it may be sent to; it is part of
 * the seal.
 */
export interface SecretRef {
  readonly owner_type: SecretOwner;
  readonly owner_id: string;
  readonly field: string;
  readonly bound_to: string | null;
}

/**
 * The record that a seal names. Changing one of these makes every stored value of its kind
 * unusable.
 */
const records: Readonly<Record<SecretOwner, (owner_id: string) => string>> = {
  provider: (provider) => `provider_credentials/${provider}`,
  tool_header: (id) => id,
  budget: (id) => `budgets/${id}`,
  alert_webhook: () => 'alert_webhook',
  webhook: (id) => id,
  telemetry: () => 'telemetry',
  source: (id) => id,
  search_provider: (provider) => `search_providers/${provider}`,
  mcp_server: (id) => id,
  mcp_oauth_client: (id) => `${id}/client`,
  mcp_authorization: (id) => id,
  audit_log: (number) => `audit_log/${number}`,
  channel: (id) => id,
};

/** Returns the only place in which the secret opens: workspace, record, field and URL. */
export const placeOf = (
  workspace_id: string,
  { owner_type, owner_id, field, bound_to }: SecretRef,
): Place => ({
  workspace_id,
  record: records[owner_type](owner_id),
  field: bound_to === null ? field : `${field} for ${bound_to}`,
});
