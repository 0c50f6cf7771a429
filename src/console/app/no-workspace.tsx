import { useState } from 'react';
import type { Person } from '../../client/index.ts';
import { client } from '../api/api.ts';
import { useAction } from '../api/use-action.ts';
import { useTexts } from '../texts/catalogue.ts';
import { shellTexts } from '../texts/shell.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { consolePath, pathOfWorkspace } from './places.ts';

/** For an address of a workspace of others, and for people without one. */
export function NoWorkspace({ person }: { readonly person: Person }) {
  const texts = useTexts(shellTexts);
  const [name, setName] = useState('');
  const create = useAction(
    (body: { name: string }, header) =>
      client.POST('/api/v1/me/workspaces', { body, params: { header } }).then(({ data }) => data),
    { onDone: (made) => made && location.assign(pathOfWorkspace(made.id)) },
  );
  const isForeign = person.workspaces.length > 0;
  return (
    <main className="state">
      <h1>{isForeign ? texts.notMember : texts.noWorkspace}</h1>
      <p className="muted">{isForeign ? texts.notMemberHint : texts.noWorkspaceHint}</p>
      <ul>
        {person.workspaces.map(({ workspace_id, name }) => (
          <li key={workspace_id}>
            <a href={pathOfWorkspace(workspace_id)}>{name}</a>
          </li>
        ))}
      </ul>
      {person.may_create_workspaces && !isForeign && (
        <Form problem={create.problem} onSubmit={() => create.run({ name })}>
          <TextField
            label={texts.workspaceName}
            pointer="/name"
            value={name}
            onChange={setName}
            required
          />
          <Button type="submit" kind="primary" isBusy={create.isRunning}>
            {texts.createWorkspace}
          </Button>
        </Form>
      )}
      <a href={`/account?next=${consolePath}`}>{texts.otherAccount}</a>
    </main>
  );
}
