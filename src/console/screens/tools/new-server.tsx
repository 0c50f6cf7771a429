import { useState } from 'react';
import { useLocation } from 'wouter';
import type { McpAuthInput } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { shellTexts } from '../../texts/shell.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Button } from '../../ui/button.tsx';
import { Form, TextField } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { AuthFields, AuthTypeField } from './auth-fields.tsx';

/** `/tools/mcp/new` */
export function NewServer() {
  const texts = useTexts(toolTexts);
  const shell = useTexts(shellTexts);
  const mayWrite = useCan('tools:write');
  const [, go] = useLocation();
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [auth, setAuth] = useState<McpAuthInput>({ type: 'none' });
  const create = useAction(
    async (_, header) =>
      (await client.POST('/api/v1/tools/mcp', { params: { header }, body: { name, url, auth } }))
        .data,
    {
      refresh: ['/api/v1/tools'],
      onDone: (made) => made !== undefined && go(`/mcp/${made.id}`),
    },
  );
  return (
    <Page
      title={texts.newServer}
      back={{ to: placeOf('/tools/mcp'), label: texts.mcp }}
      description={texts.newServerHint}
    >
      {mayWrite ? (
        <Form problem={create.problem} onSubmit={() => create.run()}>
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
      ) : (
        <Empty title={shell.readOnly} />
      )}
    </Page>
  );
}
