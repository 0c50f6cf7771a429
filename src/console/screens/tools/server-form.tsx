import { useState } from 'react';
import type { McpAuthInput, McpServerDetail } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { DraftActions } from '../../ui/draft-actions.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { AuthFields, AuthTypeField, secretOf, withSecret } from './auth-fields.tsx';

const untouched = { name: '', url: '', auth: { type: 'none' } as McpAuthInput };

/** Connects an MCP server. */
export function ServerForm({ onDone }: { readonly onDone: (made: McpServerDetail) => void }) {
  const texts = useTexts(toolTexts);
  const draft = useDraft('mcp.new', untouched);
  const [secret, setSecret] = useState('');
  const { name, url } = draft.value;
  const auth = withSecret(draft.value.auth, secret);
  const setAuth = (next: McpAuthInput) => {
    setSecret(secretOf(next));
    draft.set({ auth: withSecret(next, '') });
  };
  const create = useAction(
    async (_: undefined, header) =>
      (await client.POST('/api/v1/tools/mcp', { params: { header }, body: { name, url, auth } }))
        .data,
    {
      refresh: ['/api/v1/tools'],
      onDone: (made) => {
        draft.discard();
        if (made !== undefined) onDone(made);
      },
    },
  );
  return (
    <Form problem={create.problem} onSubmit={() => create.run(undefined)}>
      <TextField
        label={texts.name}
        hint={texts.serverNameHint}
        pointer="/name"
        required
        value={name}
        onChange={(next) => draft.set({ name: next })}
      />
      <TextField
        label={texts.url}
        pointer="/url"
        required
        placeholder="https://mcp.example.com/mcp"
        value={url}
        onChange={(next) => draft.set({ url: next })}
      />
      <AuthTypeField value={auth} onChange={(next) => next !== null && setAuth(next)} />
      <AuthFields value={auth} onChange={setAuth} />
      <DraftActions draft={draft} change={create}>
        {texts.connect}
      </DraftActions>
    </Form>
  );
}
