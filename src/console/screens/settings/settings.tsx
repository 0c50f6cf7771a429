import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
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
    ...{ name: 'webhooks', path: '/webhooks', permission: 'webhooks:manage' },
    Screen: lazy(() => import('./webhooks.tsx')),
  },
  {
    ...{ name: 'audit', path: '/audit', permission: 'audit:read' },
    Screen: lazy(() => import('./audit.tsx')),
  },
];

/** `/settings`: everything about the workspace that is not an agent. */
export default function SettingsScreens() {
  const texts = useTexts(settingsTexts);
  const { permissions } = useSession().member;
  const allowed = parts.filter(({ permission }) => permissions.includes(permission));
  return (
    <Page title={texts.title}>
      <Tabs
        label={texts.title}
        tabs={allowed.map(({ path, name }) => ({ to: path, label: texts.parts[name] }))}
      />
      <Suspense fallback={<Loading>{texts.loading}</Loading>}>
        <Switch>
          {allowed.map(({ path, Screen }) => (
            <Route key={path} path={path}>
              <Screen />
            </Route>
          ))}
          <Route>
            <Empty title={texts.notFound}>{texts.notFoundHint}</Empty>
          </Route>
        </Switch>
      </Suspense>
    </Page>
  );
}
