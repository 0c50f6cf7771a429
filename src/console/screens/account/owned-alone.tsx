import type { Problem } from '../../../client/index.ts';
import { pathOfWorkspace } from '../../app/places.ts';
import { accountDataTexts } from '../../texts/account-data.ts';
import { useTexts } from '../../texts/catalogue.ts';

/** A workspace that would be left without an owner, as the problem `last_owner` names it. */
interface Owned {
  readonly workspace_id: string;
  readonly name: string;
  readonly has_other_members: boolean;
}

export const ownedAloneOf = (problem: Problem | null): readonly Owned[] =>
  problem?.code === 'last_owner' ? ((problem.details.workspaces ?? []) as Owned[]) : [];

/** Why the account is not deleted yet, and the way out for each workspace. */
export function OwnedAlone({ workspaces }: { readonly workspaces: readonly Owned[] }) {
  const texts = useTexts(accountDataTexts);
  return (
    <div role="alert">
      <p>{texts.lastOwner}:</p>
      <ul>
        {workspaces.map(({ workspace_id, name, has_other_members }) => (
          <li key={workspace_id}>
            {has_other_members ? (
              <>
                {texts.appointHint}{' '}
                <a href={`${pathOfWorkspace(workspace_id)}/settings/members`}>
                  {texts.appoint(name)}
                </a>
              </>
            ) : (
              texts.alone(name)
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
