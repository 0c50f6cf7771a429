import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { useTexts } from '../texts/catalogue.ts';
import { shellTexts } from '../texts/shell.ts';
import { Empty, Loading } from '../ui/states.tsx';
import { areas } from './areas.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { useSession } from './session.tsx';

/** Of the person, not of a workspace: allowed for everybody, and opened from the menu of the person. */
const Account = lazy(() => import('../screens/account/account.tsx'));
const screens = areas.map((area) => ({ ...area, Screen: lazy(area.load) }));

/** The screen of the address; each area is loaded with its first visit. */
export function Screens() {
  const texts = useTexts(shellTexts);
  const { permissions } = useSession().member;
  const [home] = screens.filter(({ permission }) => permissions.includes(permission));
  return (
    <Switch>
      {screens.map(({ path, permission, name, Screen }) => (
        <Route key={path} path={`/${path}`} nest>
          <ErrorBoundary key={path}>
            {permissions.includes(permission) ? (
              <Suspense fallback={<Loading>{texts.loading}</Loading>}>
                <Screen />
              </Suspense>
            ) : (
              <Empty title={texts.areas[name]}>{texts.notAllowed(permission)}</Empty>
            )}
          </ErrorBoundary>
        </Route>
      ))}
      <Route path="/account">
        <ErrorBoundary key="account">
          <Suspense fallback={<Loading>{texts.loading}</Loading>}>
            <Account />
          </Suspense>
        </ErrorBoundary>
      </Route>
      <Route path="/">
        {home === undefined ? null : <Redirect to={`/${home.path}`} replace />}
      </Route>
      <Route>
        <Empty title={texts.notFound}>{texts.notFoundHint}</Empty>
      </Route>
    </Switch>
  );
}
