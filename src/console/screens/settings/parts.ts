import type { Permission } from '../../app/session.tsx';
import type { settingsPartTexts } from '../../texts/settings-parts.ts';

export type SettingsPartName = keyof (typeof settingsPartTexts)['en'];

/** A part of the settings, below `/settings`. */
export interface SettingsPart {
  readonly name: SettingsPartName;
  readonly path: string;
  readonly permission: Permission;
  /** Has screens of its own below its path. */
  readonly isNested?: boolean;
}

/** In the order in which they are shown. */
export const settingsParts: readonly SettingsPart[] = [
  { name: 'workspace', path: '/', permission: 'workspace:read' },
  { name: 'members', path: '/members', permission: 'members:read' },
  { name: 'keys', path: '/keys', permission: 'keys:read' },
  { name: 'providers', path: '/providers', permission: 'models:read' },
  { name: 'search', path: '/search', permission: 'models:read' },
  { name: 'endUsers', path: '/end-users', permission: 'end-users:read', isNested: true },
  { name: 'sharing', path: '/share-links', permission: 'agents:read', isNested: true },
  { name: 'channels', path: '/channels', permission: 'channels:read', isNested: true },
  { name: 'limits', path: '/limits', permission: 'rate-limits:manage' },
  { name: 'webhooks', path: '/webhooks', permission: 'webhooks:manage' },
  { name: 'telemetry', path: '/telemetry', permission: 'operations:read' },
  { name: 'exports', path: '/exports', permission: 'workspace:write' },
  { name: 'audit', path: '/audit', permission: 'audit:read' },
];
