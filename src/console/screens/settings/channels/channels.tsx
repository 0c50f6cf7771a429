import { useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import type { Channel, CreateChannel } from '../../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { channelTexts } from '../../../texts/channels.ts';
import { AgentField, AgentFilter, AgentName } from '../../../ui/agent-filter.tsx';
import { SelectField, TextField } from '../../../ui/field.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { Badge, Section } from '../../../ui/page.tsx';
import { Empty } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { ChannelScreen } from './channel.tsx';
import { CredentialFields } from './credential-fields.tsx';
import { type ChannelKind, filled, kindNames, kinds } from './kinds.ts';

const filters = { agent: '' };

/** `/settings/channels`: other places in which agents answer. */
export default function Channels() {
  return (
    <Switch>
      <Route path="/:id">{({ id }) => <ChannelScreen id={id} />}</Route>
      <Route>
        <ChannelList />
      </Route>
    </Switch>
  );
}

function ChannelList() {
  const texts = useTexts(channelTexts);
  const mayManage = useCan('channels:manage');
  const [{ agent }, setFilters] = useUrlState(filters);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/channels',
    { params: { query: agent === '' ? {} : { agent } } },
    paged,
  );
  return (
    <Section
      title={texts.title}
      description={texts.hint}
      actions={mayManage && <CreateChannelDialog key={agent} agent={agent} />}
    >
      <div className="filters">
        <AgentFilter value={agent} onChange={(id) => setFilters({ agent: id })} />
      </div>
      <ListTable<Channel>
        label={texts.title}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/${id}`}
        columns={[
          { name: texts.name, cell: ({ name }) => name },
          { name: texts.agent, cell: ({ agent_id }) => <AgentName id={agent_id} />, isMinor: true },
          { name: texts.kind, cell: ({ kind }) => texts.kinds[kind] },
          {
            name: texts.status,
            cell: ({ is_enabled }) => (
              <Badge tone={is_enabled ? 'good' : 'neutral'}>
                {is_enabled ? texts.enabled : texts.disabled}
              </Badge>
            ),
          },
          {
            name: texts.lastMessage,
            cell: ({ last_event_at }) => <Time value={last_event_at} />,
            isMinor: true,
          },
          { name: texts.lastError, cell: ({ last_error }) => last_error ?? '–', isMinor: true },
        ]}
        empty={<Empty title={texts.none}>{texts.noneHint}</Empty>}
      />
    </Section>
  );
}

/** `agent` is empty to choose one. */
function CreateChannelDialog({ agent: fixed }: { readonly agent: string }) {
  const texts = useTexts(channelTexts);
  const draft = useDraft('channel', {
    chosen: '',
    kind: 'slack' as ChannelKind,
    name: '',
    settings: {} as Readonly<Record<string, string>>,
  });
  const { chosen, kind, name, settings } = draft.value;
  const agent = fixed === '' ? chosen : fixed;
  const [, go] = useLocation();
  const [credentials, setCredentials] = useState<Readonly<Record<string, string>>>({});
  const create = useAction(
    (body: CreateChannel, header) =>
      client
        .POST('/api/v1/agents/{agent}/channels', { params: { path: { agent }, header }, body })
        .then(({ data }) => data),
    {
      refresh: ['/api/v1/channels'],
      onDone: (made) => made !== undefined && go(`/${made.id}`),
    },
  );
  const fields = kinds[kind];
  const given = (names: readonly string[], values: Readonly<Record<string, string>>) =>
    filled(Object.fromEntries(names.map((one) => [one, values[one] ?? ''])));
  return (
    <FormDialog
      button={texts.create}
      title={texts.create}
      action={texts.create}
      change={create}
      draft={draft}
      input={() => ({
        kind,
        name,
        settings: given([...fields.settings, ...fields.optional], settings),
        credentials: given(fields.credentials, credentials),
      })}
    >
      {fixed === '' && (
        <AgentField
          label={texts.agent}
          value={chosen}
          onChange={(next) => draft.set({ chosen: next })}
        />
      )}
      <SelectField
        label={texts.kind}
        pointer="/kind"
        value={kind}
        onChange={(next) => draft.set({ kind: next })}
        choices={kindNames.map((value) => ({ value, label: texts.kinds[value] }))}
      />
      <TextField
        label={texts.name}
        pointer="/name"
        value={name}
        onChange={(next) => draft.set({ name: next })}
        required
        maxLength={100}
      />
      {[...fields.settings, ...fields.optional].map((one) => (
        <TextField
          key={one}
          label={kind === 'webhook' ? texts.answersUrl : (texts.fields[one] ?? one)}
          hint={kind === 'webhook' ? texts.answersUrlHint : texts.fieldHints[one]}
          pointer={`/settings/${one}`}
          value={settings[one] ?? ''}
          onChange={(value) => draft.set({ settings: { ...settings, [one]: value } })}
          required={fields.settings.includes(one)}
        />
      ))}
      <CredentialFields
        kind={kind}
        values={credentials}
        onChange={(one, value) => setCredentials((before) => ({ ...before, [one]: value }))}
        isRequired
      />
      <p className="field-hint">{texts.credentialsNew}</p>
    </FormDialog>
  );
}
