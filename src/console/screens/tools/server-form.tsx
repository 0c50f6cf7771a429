import { useState } from 'react';
import type { McpAuthInput, McpServerDetail } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Button } from '../../ui/button.tsx';
import { Form, TextField } from '../../ui/field.tsx';
import { AuthFields, AuthTypeField } from './auth-fields.tsx';

/** Connects an MCP server. */
export function ServerForm({ onDone }: { readonly onDone: (made: McpServerDetail) => void }) {
  const texts = useTexts(toolTexts);
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [auth, setAuth] = useState<McpAuthInput>({ type: 'none' });
  const create = useAction(
    async (_: undefined, header) =>
      (await client.POST('/api/v1/tools/mcp', { params: { header }, body: { name, url, auth } }))
        .data,
    {
      refresh: ['/api/v1/tools'],
      onDone: (made) => made !== undefined && onDone(made),
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
        onChange={setName}
      />
      <TextField
        label={texts.url}
        pointer="/url"
        required
        placeholder="https://mcp.example.com/mcp"
        value={url}
        onChange={setUrl}
      />
      <AuthTypeField value={auth} onChange={(next) => next !== null && setAuth(next)} />
      <AuthFields value={auth} onChange={setAuth} />
      <div className="form-actions">
        <Button type="submit" kind="primary" isBusy={create.isRunning}>
          {texts.connect}
        </Button>
      </div>
    </Form>
  );
}
