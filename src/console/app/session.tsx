import { createContext, type ReactNode, use } from 'react';
import type { Me, Membership, Person } from '../../client/index.ts';
import { api } from '../api/api.ts';
import { useTexts } from '../texts/catalogue.ts';
import { shellTexts } from '../texts/shell.ts';
import { OwnerContext } from '../ui/own-storage.ts';
import { Failed, Loading } from '../ui/states.tsx';
import { useSharedSignIn } from './sign-in.ts';

interface Session {
  readonly person: Person;
  /** The person as a member of the workspace that is shown. */
  readonly member: Me;
  readonly workspace: Membership;
}

const SessionContext = createContext<Session | null>(null);

const SessionProvider = ({
  value,
  children,
}: {
  readonly value: Session;
  readonly children: ReactNode;
}) => <SessionContext value={value}>{children}</SessionContext>;

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error('Nobody is signed in.');
  return session;
}

export type Permission = Me['permissions'][number];

/** Returns whether the viewer holds a permission: without it, controls are not shown, and the API refuses. */
export const useCan = (permission: Permission): boolean =>
  useSession().member.permissions.includes(permission);

/** True for admins; owners are admins who also appoint owners. */
export function useIsAdmin(): boolean {
  const { role } = useSession().member;
  return role === 'admin' || role === 'owner';
}

/** Shows its children once it is known who is signed in. */
export function WithPerson({ children }: { readonly children: (person: Person) => ReactNode }) {
  const texts = useTexts(shellTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/me', {}, { staleTime: 60_000 });
  if (data !== undefined) return children(data);
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.signingIn}</Loading>;
}

export function WithMember({
  person,
  workspace,
  children,
}: {
  readonly person: Person;
  readonly workspace: Membership;
  readonly children: ReactNode;
}) {
  const texts = useTexts(shellTexts);
  useSharedSignIn(person.id);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/users/me',
    {},
    { staleTime: 60_000 },
  );
  if (data !== undefined)
    return (
      <OwnerContext value={`${person.id}.${workspace.workspace_id}`}>
        <SessionProvider value={{ person, member: data, workspace }}>{children}</SessionProvider>
      </OwnerContext>
    );
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.openingWorkspace}</Loading>;
}
