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
import { Form, SelectField, TextField } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';

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

const initial: { readonly [Type in McpAuthInput['type']]: McpAuthInput } = {
  none: { type: 'none' },
  header: { type: 'header', header: 'Authorization', value: '' },
  client_credentials: { type: 'client_credentials', client_id: '', client_secret: '' },
  oauth: { type: 'oauth', per: 'workspace' },
};

function AuthFields({
  value,
  onChange,
}: {
  readonly value: McpAuthInput;
  readonly onChange: (value: McpAuthInput) => void;
}) {
  const texts = useTexts(toolTexts);
  return (
    <>
      <SelectField
        label={texts.access}
        pointer="/auth/type"
        value={value.type}
        choices={(['none', 'header', 'oauth', 'client_credentials'] as const).map((type) => ({
          value: type,
          label: texts.auths[type],
        }))}
        onChange={(type) => onChange(initial[type])}
      />
      {value.type === 'header' && (
        <>
          <TextField
            label={texts.header}
            pointer="/auth/header"
            value={value.header ?? ''}
            onChange={(header) => onChange({ ...value, header })}
          />
          <TextField
            label={texts.headerValue}
            hint={texts.secretHint}
            pointer="/auth/value"
            type="password"
            required
            value={value.value}
            onChange={(next) => onChange({ ...value, value: next })}
          />
        </>
      )}
      {value.type === 'oauth' && (
        <SelectField
          label={texts.whoSignsIn}
          pointer="/auth/per"
          value={value.per ?? 'workspace'}
          choices={(['workspace', 'end_user'] as const).map((per) => ({
            value: per,
            label: texts.per[per],
          }))}
          onChange={(per) => onChange({ ...value, per })}
        />
      )}
      {value.type === 'client_credentials' && (
        <>
          <TextField
            label={texts.clientId}
            pointer="/auth/client_id"
            required
            value={value.client_id}
            onChange={(client_id) => onChange({ ...value, client_id })}
          />
          <TextField
            label={texts.clientSecret}
            hint={texts.secretHint}
            pointer="/auth/client_secret"
            type="password"
            required
            value={value.client_secret}
            onChange={(client_secret) => onChange({ ...value, client_secret })}
          />
        </>
      )}
    </>
  );
}
