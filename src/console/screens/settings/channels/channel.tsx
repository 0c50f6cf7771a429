import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Channel, ChannelTest, UpdateChannel } from '../../../../client/index.ts';
import { api, client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { channelTexts } from '../../../texts/channels.ts';
import { Button } from '../../../ui/button.tsx';
import { Copyable } from '../../../ui/copy.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { NumberField, SelectField, TextField } from '../../../ui/field.tsx';
import { ControlledFormDialog } from '../../../ui/form-dialog.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { Badge, Facts, Section } from '../../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../../ui/states.tsx';
import { Time } from '../../../ui/time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { ChannelDeliveries } from './channel-deliveries.tsx';
import { CredentialFields } from './credential-fields.tsx';
import { filled } from './kinds.ts';

const refresh = ['/api/v1/channels'];

/** `/settings/channels/{id}`: one channel, how to set it up, and what it sent. */
export function ChannelScreen({ id }: { readonly id: string }) {
  const texts = useTexts(channelTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/channels/{channel}', {
    params: { path: { channel: id } },
  });
  return (
    <>
      <Link href={data === undefined ? '/' : `/?agent=${data.agent_id}`} className="page-back">
        ← {texts.back}
      </Link>
      {data !== undefined ? (
        <>
          <Overview channel={data} />
          <ChannelDeliveries channel={id} />
        </>
      ) : error !== null ? (
        <Failed problem={error} onRetry={refetch} />
      ) : (
        <Loading>{texts.loading}</Loading>
      )}
    </>
  );
}

function Overview({ channel }: { readonly channel: Channel }) {
  const texts = useTexts(channelTexts);
  const mayManage = useCan('channels:manage');
  const [result, setResult] = useState<ChannelTest | undefined>();
  const test = useAction(
    (_: undefined, header) =>
      client
        .POST('/api/v1/channels/{channel}/test', {
          params: { path: { channel: channel.id }, header },
        })
        .then(({ data }) => setResult(data)),
    { refresh: [] },
  );
  const settings = Object.entries(channel.settings).map(
    ([name, value]) => [texts.fields[name] ?? name, value] as const,
  );
  return (
    <Section
      title={
        <>
          {channel.name}{' '}
          <Badge tone={channel.is_enabled ? 'good' : 'neutral'}>
            {channel.is_enabled ? texts.enabled : texts.disabled}
          </Badge>
        </>
      }
      description={texts.kinds[channel.kind]}
      actions={
        mayManage && (
          <>
            <Button isBusy={test.isRunning} onClick={() => test.run(undefined)}>
              {texts.test}
            </Button>
            <ChannelActions channel={channel} />
          </>
        )
      }
    >
      <ProblemNote problem={test.problem} />
      <div role="status">
        {result?.ok === true && (
          <p className="note note-good">{texts.testOk(result.account ?? '')}</p>
        )}
        {result?.ok === false && <p className="note note-bad">{result.error}</p>}
      </div>
      <Facts
        facts={[
          [
            texts.requestUrl,
            <Copyable key="url" text={`${location.origin}${channel.events_path}`} />,
          ],
          ...settings,
          [texts.language, texts.languages[channel.language ?? 'user']],
          [texts.lastMessage, <Time key="last" value={channel.last_event_at} />],
          [texts.lastError, channel.last_error ?? '–'],
          [texts.createdAt, <Time key="created" value={channel.created_at} form="moment" />],
        ]}
      />
      <div className="card">
        <h3>{texts.setUp}</h3>
        <p>{texts.steps[channel.kind]}</p>
      </div>
    </Section>
  );
}

function ChannelActions({ channel }: { readonly channel: Channel }) {
  const texts = useTexts(channelTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const draft = useDraft(`channel.${channel.id}`, {
    ...{ name: channel.name, language: channel.language },
    overlap_hours: 24 as number | null,
  });
  const { name, language, overlap_hours } = draft.value;
  const [credentials, setCredentials] = useState<Readonly<Record<string, string>>>({});
  const path = { channel: channel.id };
  const change = useAction(
    (body: UpdateChannel) => client.PATCH('/api/v1/channels/{channel}', { params: { path }, body }),
    {
      refresh,
      foresee: ({ credentials: _secret, overlap_hours: _hours, ...fields }) => ({
        ...{ id: channel.id, fields },
      }),
      onDone: () => {
        setCredentials({});
        toast(texts.saved);
      },
    },
  );
  const remove = useAction(
    () => client.DELETE('/api/v1/channels/{channel}', { params: { path } }),
    {
      list: '/api/v1/channels',
      onDone: () => go(`/?agent=${channel.agent_id}`),
    },
  );
  return (
    <>
      <Menu
        label={texts.actions}
        items={[
          { label: texts.credentials, onSelect: () => setOpen('edit') },
          {
            label: channel.is_enabled ? texts.disable : texts.enable,
            onSelect: () => change.run({ is_enabled: !channel.is_enabled }),
          },
          { label: texts.delete, isDangerous: true, onSelect: () => setOpen('delete') },
        ]}
      />
      {open === null && <ProblemNote problem={change.problem} />}
      <ControlledFormDialog
        isOpen={open === 'edit'}
        onClose={() => setOpen(null)}
        title={texts.credentials}
        action={texts.save}
        change={change}
        draft={draft}
        input={() => {
          const given = filled(credentials);
          return {
            ...{ name, language },
            ...(Object.keys(given).length > 0 && {
              credentials: given,
              overlap_hours: overlap_hours ?? 0,
            }),
          };
        }}
      >
        <TextField
          label={texts.name}
          pointer="/name"
          value={name}
          onChange={(next) => draft.set({ name: next })}
          required
        />
        <SelectField
          label={texts.language}
          hint={texts.languageHint}
          pointer="/language"
          value={language ?? 'user'}
          onChange={(next) => draft.set({ language: next === 'user' ? null : next })}
          choices={(['user', 'en', 'de', 'ar'] as const).map((value) => ({
            ...{ value, label: texts.languages[value] },
          }))}
        />
        <CredentialFields
          kind={channel.kind}
          values={credentials}
          onChange={(one, value) => setCredentials((before) => ({ ...before, [one]: value }))}
          isRequired={false}
        />
        <p className="field-hint">{texts.credentialsHint}</p>
        <NumberField
          label={texts.overlap}
          hint={texts.overlapHint}
          pointer="/overlap_hours"
          min={0}
          step={1}
          value={overlap_hours}
          onChange={(next) => draft.set({ overlap_hours: next })}
        />
      </ControlledFormDialog>
      <ConfirmDialog
        isOpen={open === 'delete'}
        onClose={() => setOpen(null)}
        title={texts.deleteTitle(channel.name)}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.deleteHint}
      </ConfirmDialog>
    </>
  );
}
