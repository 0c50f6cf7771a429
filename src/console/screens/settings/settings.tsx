import { type ComponentType, createElement, lazy, Suspense, useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import './settings.css';
import { useSession } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { settingsTexts } from '../../texts/settings.ts';
import { settingsPartTexts } from '../../texts/settings-parts.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Loading } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { type SettingsPartName, settingsParts } from './parts.ts';

/** Each is loaded with its first visit. */
const screens: Readonly<Record<SettingsPartName, ComponentType>> = {
  workspace: lazy(() => import('./workspace.tsx')),
  members: lazy(() => import('./members.tsx')),
  keys: lazy(() => import('./keys.tsx')),
  providers: lazy(() => import('./providers.tsx')),
  search: lazy(() => import('./search-providers.tsx')),
  endUsers: lazy(() => import('./end-users/end-users.tsx')),
  sharing: lazy(() => import('./sharing/sharing.tsx')),
  channels: lazy(() => import('./channels/channels.tsx')),
  limits: lazy(() => import('./limits.tsx')),
  webhooks: lazy(() => import('./webhooks.tsx')),
  telemetry: lazy(() => import('./telemetry.tsx')),
  exports: lazy(() => import('./exports.tsx')),
  audit: lazy(() => import('./audit.tsx')),
};

/** `/settings`: everything about the workspace that is not an agent. */
export default function SettingsScreens() {
  const texts = useTexts(settingsTexts);
  const names = useTexts(settingsPartTexts);
  const [location] = useLocation();
  const { permissions } = useSession().member;
  const frame = useRef<HTMLDivElement>(null);
  const allowed = settingsParts.filter(({ permission }) => permissions.includes(permission));
  const current = allowed.find(({ path }) => location === path || location.startsWith(`${path}/`));
  const part = current?.name ?? 'workspace';
  // On narrow screens the parts are in one row, most of which is out of sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the current part depends on the address.
  useEffect(() => {
    const tab = frame.current?.querySelector('.settings-parts [aria-current="page"]');
    tab?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [part]);
  return (
    <Page title={`${names[part]} · ${texts.title}`} heading={texts.title}>
      <div ref={frame} className="settings">
        <div className="settings-parts">
          <Tabs
            label={texts.title}
            tabs={allowed.map(({ path, name }) => ({ to: path, label: names[name] }))}
          />
        </div>
        <div className="settings-part">
          <Suspense fallback={<Loading>{texts.loading}</Loading>}>
            <Switch>
              {allowed.map(({ path, name, isNested = false }) => (
                <Route key={path} path={path} nest={isNested}>
                  {createElement(screens[name])}
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
