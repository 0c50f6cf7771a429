import type { Channel } from '../../../../client/index.ts';

export type ChannelKind = Channel['kind'];

interface Fields {
  /** Settings that the service needs. */
  readonly settings: readonly string[];
  readonly optional: readonly string[];
  readonly credentials: readonly string[];
}

/** The fields of each kind of channel (docs/guides/channels.md). */
export const kinds: Readonly<Record<ChannelKind, Fields>> = {
  slack: {
    ...{ settings: [], optional: ['api_url'] },
    credentials: ['signing_secret', 'bot_token'],
  },
  telegram: {
    ...{ settings: [], optional: ['api_url'] },
    credentials: ['bot_token', 'secret_token'],
  },
  email: { settings: ['address'], optional: [], credentials: ['secret'] },
  whatsapp: {
    ...{ settings: ['phone_number_id'], optional: ['api_url'] },
    credentials: ['app_secret', 'access_token', 'verify_token'],
  },
  webhook: { settings: ['api_url'], optional: [], credentials: ['secret'] },
};

export const kindNames = Object.keys(kinds) as readonly ChannelKind[];

/** Fields that were filled in. */
export const filled = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
