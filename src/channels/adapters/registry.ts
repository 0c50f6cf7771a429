import type { ChannelKind } from '../../db/schema/channels.ts';
import type { ChannelAdapter } from '../adapter.ts';
import { email } from './email.ts';
import { slack } from './slack.ts';
import { telegram } from './telegram.ts';
import { webhook } from './webhook.ts';
import { whatsapp } from './whatsapp.ts';

/** All kinds of channels. To add one, write its file and list it here. */
export const adapters: Readonly<Record<ChannelKind, ChannelAdapter>> = {
  slack,
  telegram,
  email,
  whatsapp,
  webhook,
};
