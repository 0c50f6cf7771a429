import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import './cost.css';
import { type Permission, useSession } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Loading } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';

interface Part {
  readonly name: keyof (typeof costTexts)['en']['parts'];
  readonly path: string;
  readonly permission: Permission;
  readonly Screen: ComponentType;
}

/** In the order in which they are shown; each is loaded with its first visit. */
const parts: readonly Part[] = [
  {
    ...{ name: 'overview', path: '/', permission: 'usage:read' },
    Screen: lazy(() => import('./overview.tsx')),
  },
  {
    ...{ name: 'budgets', path: '/budgets', permission: 'budgets:manage' },
    Screen: lazy(() => import('./budgets.tsx')),
  },
  {
    ...{ name: 'anomalies', path: '/anomalies', permission: 'usage:read' },
    Screen: lazy(() => import('./anomalies.tsx')),
  },
  {
    ...{ name: 'calls', path: '/calls', permission: 'usage:read' },
    Screen: lazy(() => import('./calls.tsx')),
  },
  {
    ...{ name: 'prices', path: '/prices', permission: 'models:read' },
    Screen: lazy(() => import('./prices.tsx')),
  },
  {
    ...{ name: 'invoices', path: '/invoices', permission: 'invoices:read' },
    Screen: lazy(() => import('./invoices.tsx')),
  },
];

const Budget = lazy(() => import('./budget.tsx'));
const Invoice = lazy(() => import('./invoice.tsx'));

/** `/cost`: what model calls cost, what limits it, and what is billed. */
export default function CostScreens() {
  const texts = useTexts(costTexts);
  const { permissions } = useSession().member;
  const allowed = parts.filter(({ permission }) => permissions.includes(permission));
  return (
    <Suspense fallback={<Loading>{texts.loading}</Loading>}>
      <Switch>
        {permissions.includes('budgets:manage') && (
          <Route path="/budgets/:budget">
            {({ budget }) => <Budget key={budget} id={budget} />}
          </Route>
        )}
        {permissions.includes('invoices:read') && (
          <Route path="/invoices/:month">
            {({ month }) => <Invoice key={month} month={month} />}
          </Route>
        )}
        {allowed.map(({ name, path, Screen }) => (
          <Route key={path} path={path}>
            <Page title={texts.title} description={texts.descriptions[name]}>
              <Tabs
                label={texts.title}
                tabs={allowed.map((part) => ({ to: part.path, label: texts.parts[part.name] }))}
              />
              <Suspense fallback={<Loading>{texts.loading}</Loading>}>
                <Screen />
              </Suspense>
            </Page>
          </Route>
        ))}
        <Route>
          <Page title={texts.title}>
            <Empty title={texts.notFound}>{texts.notFoundHint}</Empty>
          </Page>
        </Route>
      </Switch>
    </Suspense>
  );
}
