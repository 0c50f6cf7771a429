import { CSPProvider } from '@base-ui/react/csp-provider';
import { Toast } from '@base-ui/react/toast';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Redirect, Router, useLocation } from 'wouter';
import type { Person } from '../../client/index.ts';
import { api, createCache } from '../api/api.ts';
import { Toasts } from '../ui/toast.tsx';
import { areas } from './areas.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { NoWorkspace } from './no-workspace.tsx';
import { consolePath, pathOfWorkspace, workspaceOfPath } from './places.ts';
import { Screens } from './screens.tsx';
import { WithMember, WithPerson } from './session.tsx';
import { Shell } from './shell.tsx';
import { SignInEnded } from './sign-in-ended.tsx';

export function App() {
  const [cache] = useState(openCache);
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={cache}>
        <Toast.Provider>
          <ErrorBoundary>
            <WithPerson>{(person) => <Workspace person={person} />}</WithPerson>
          </ErrorBoundary>
          <SignInEnded onResume={() => cache.invalidateQueries()} />
          <Toasts />
        </Toast.Provider>
      </QueryClientProvider>
    </CSPProvider>
  );
}

/** Returns a new cache. What the address needs is loaded at once, and not after the person is known. */
function openCache(): QueryClient {
  const cache = createCache();
  const { pathname } = location;
  if (workspaceOfPath(pathname) === null) return cache;
  void cache.prefetchQuery(api.queryOptions('get', '/api/v1/users/me', {}));
  const [, , , name] = pathname.split('/');
  // A failure is shown where the area is.
  areas
    .find(({ path }) => path === name)
    ?.load()
    .catch(() => undefined);
  return cache;
}

/** The workspace of the address, or of the last visit. */
function Workspace({ person }: { readonly person: Person }) {
  const [path] = useLocation();
  const named = workspaceOfPath(path);
  const [first] = person.workspaces;
  if (named === null && first !== undefined) {
    const last = person.workspaces.find(({ workspace_id }) => workspace_id === person.workspace_id);
    const rest = path.slice(consolePath.length).replace(/^\/$/, '');
    return <Redirect to={pathOfWorkspace((last ?? first).workspace_id) + rest} replace />;
  }
  const workspace = person.workspaces.find(({ workspace_id }) => workspace_id === named);
  if (workspace === undefined) return <NoWorkspace person={person} />;
  const { workspace_id } = workspace;
  return (
    // Reads and drafts of one workspace are not shown in another.
    <WithMember key={workspace_id} person={person} workspace={workspace}>
      <Router base={pathOfWorkspace(workspace_id)}>
        <Shell>
          <Screens />
        </Shell>
      </Router>
    </WithMember>
  );
}
