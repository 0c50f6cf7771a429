import type { SecretRef } from '../../secrets/index.ts';
import { toBase64Url } from '../../shared/digest.ts';
import type { WebhookRow } from './store.ts';

export const newSigningSecret = (): string =>
  `whsec_${toBase64Url(crypto.getRandomValues(new Uint8Array(32)))}`;

/**
 * Returns the current signing secret of a webhook. Secrets of alert and budget webhooks are bound
 * to their URL.
 */
export function signingSecretOf(
  { id, purpose, owner_id, url }: Pick<WebhookRow, 'id' | 'purpose' | 'owner_id' | 'url'>,
  version: number,
): SecretRef {
  if (purpose === 'general')
    return {
      owner_type: 'webhook',
      owner_id: id,
      field: `signing_secret/${version}`,
      bound_to: null,
    };
  return {
    owner_type: purpose === 'budget' ? 'budget' : 'alert_webhook',
    owner_id: owner_id ?? '',
    field: 'webhook_secret',
    bound_to: url,
  };
}
