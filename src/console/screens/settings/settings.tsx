import { type ComponentType, lazy, Suspense, useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import './settings.css';
import { type Permission, useSession } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { settingsTexts } from '../../texts/settings.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Loading } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';

type PartName = keyof (typeof settingsTexts)['en']['parts'];

interface Part {
  readonly name: PartName;
  readonly path: string;
  readonly permission: Permission;
  /** Has screens of its own below its path. */
  readonly isNested?: boolean;
  readonly Screen: ComponentType;
}

/** In the order in which they are shown; each is loaded with its first visit. */
const parts: readonly Part[] = [
  {
    ...{ name: 'workspace', path: '/', permission: 'workspace:read' },
    Screen: lazy(() => import('./workspace.tsx')),
  },
  {
    ...{ name: 'members', path: '/members', permission: 'members:read' },
    Screen: lazy(() => import('./members.tsx')),
  },
  {
    ...{ name: 'keys', path: '/keys', permission: 'keys:read' },
    Screen: lazy(() => import('./keys.tsx')),
  },
  {
    ...{ name: 'providers', path: '/providers', permission: 'models:read' },
    Screen: lazy(() => import('./providers.tsx')),
  },
  {
    ...{ name: 'search', path: '/search', permission: 'models:read' },
    Screen: lazy(() => import('./search-providers.tsx')),
  },
  {
    ...{ name: 'endUsers', path: '/end-users', permission: 'end-users:read', isNested: true },
    Screen: lazy(() => import('./end-users/end-users.tsx')),
  },
  {
    ...{ name: 'sharing', path: '/share-links', permission: 'agents:read', isNested: true },
    Screen: lazy(() => import('./sharing/sharing.tsx')),
  },
  {
    ...{ name: 'channels', path: '/channels', permission: 'channels:read', isNested: true },
    Screen: lazy(() => import('./channels/channels.tsx')),
  },
  {
    ...{ name: 'limits', path: '/limits', permission: 'rate-limits:manage' },
    Screen: lazy(() => import('./limits.tsx')),
  },
  {
    ...{ name: 'webhooks', path: '/webhooks', permission: 'webhooks:manage' },
    Screen: lazy(() => import('./webhooks.tsx')),
  },
  {
    ...{ name: 'telemetry', path: '/telemetry', permission: 'operations:read' },
    Screen: lazy(() => import('./telemetry.tsx')),
  },
  {
    ...{ name: 'exports', path: '/exports', permission: 'workspace:write' },
    Screen: lazy(() => import('./exports.tsx')),
  },
  {
    ...{ name: 'audit', path: '/audit', permission: 'audit:read' },
    Screen: lazy(() => import('./audit.tsx')),
  },
];

/** `/settings`: everything about the workspace that is not an agent. */
export default function SettingsScreens() {
  const texts = useTexts(settingsTexts);
  const [location] = useLocation();
  const { permissions } = useSession().member;
  const frame = useRef<HTMLDivElement>(null);
  const allowed = parts.filter(({ permission }) => permissions.includes(permission));
  const current = allowed.find(({ path }) => location === path || location.startsWith(`${path}/`));
  const part = current?.name ?? 'workspace';
  // On narrow screens the parts are in one row, most of which is out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the current part depends on the address.
  useEffect(() => {
    const tab = frame.current?.querySelector('.settings-parts [aria-current="page"]');
    tab?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [part]);
  return (
    <Page title={`${texts.parts[part]} · ${texts.title}`} heading={texts.title}>
      <div ref={frame} className="settings">
        <div className="settings-parts">
          <Tabs
            label={texts.title}
            tabs={allowed.map(({ path, name }) => ({ to: path, label: texts.parts[name] }))}
          />
        </div>
        <div className="settings-part">
          <Suspense fallback={<Loading>{texts.loading}</Loading>}>
            <Switch>
              {allowed.map(({ path, isNested = false, Screen }) => (
                <Route key={path} path={path} nest={isNested}>
                  <Screen />
                </Route>
              ))}
              <Route>
                <Empty title={texts.notFound}>{texts.notFoundHint}</Empty>
              </Route>
            </Switch>
          </Suspense>
        </div>
      </div>
    </Page>
  );
}
