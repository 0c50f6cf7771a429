import { useState } from 'react';
import type { ApiKey, CreateApiKey } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { keyTexts } from '../../texts/keys.ts';
import { settingsPartTexts } from '../../texts/settings-parts.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { SecretDialog } from '../../ui/secret-dialog.tsx';
import { Empty, ProblemNote } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { KeyAgents, KeyAgentsField, useKeyAgentsName } from './key-agents.tsx';

type Role = ApiKey['role'];
const roles = ['runtime', 'viewer', 'editor', 'admin'] as const satisfies readonly Role[];
const refresh = ['/api/v1/api-keys'];
const tones = { active: 'good', expired: 'neutral', revoked: 'bad' } as const;

/** Keys of servers, which have a role and are shown once. */
export default function Keys() {
  const texts = useTexts(keyTexts);
  const names = useTexts(settingsPartTexts);
  const mayManage = useCan('keys:manage');
  const [secret, setSecret] = useState<string | null>(null);
  const agents = useKeyAgentsName();
  const reading = api.useInfiniteQuery('get', '/api/v1/api-keys', {}, paged);
  const create = mayManage && <CreateKey onSecret={setSecret} />;
  return (
    <Section title={names.keys} description={texts.keysHint} actions={create}>
      <ListTable
        label={names.keys}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        columns={[
          { name: texts.name, cell: ({ name }) => name },
          { name: texts.key, cell: ({ last_four }) => <code>…{last_four}</code> },
          { name: texts.role, cell: ({ role }) => <Badge>{texts.roles[role]}</Badge> },
          { name: agents, cell: (key) => <KeyAgents apiKey={key} />, isMinor: true },
          {
            name: texts.status,
            cell: ({ status }) => <Badge tone={tones[status]}>{texts.keyStatuses[status]}</Badge>,
          },
          {
            name: texts.expires,
            cell: ({ expires_at }) =>
              expires_at === null ? texts.never : <Time value={expires_at} />,
            isMinor: true,
          },
          {
            name: texts.created,
            cell: ({ created_at }) => <Time value={created_at} />,
            isMinor: true,
          },
          {
            name: texts.actions,
            cell: (key) =>
              mayManage &&
              key.status === 'active' && <KeyActions apiKey={key} onSecret={setSecret} />,
          },
        ]}
        empty={<Empty title={texts.noKeys}>{texts.noKeysHint}</Empty>}
      />
      <SecretDialog title={texts.newKey} secret={secret} onClose={() => setSecret(null)} />
    </Section>
  );
}

const newKey: {
  readonly name: string;
  readonly role: Role;
  readonly agents: readonly string[];
  readonly day: string;
} = { name: '', role: 'runtime', agents: [], day: '' };

function CreateKey({ onSecret }: { readonly onSecret: (secret: string) => void }) {
  const texts = useTexts(keyTexts);
  const draft = useDraft('api-key', newKey);
  const { name, role, agents, day } = draft.value;
  const { set } = draft;
  const create = useAction(
    (body: CreateApiKey, header) =>
      client.POST('/api/v1/api-keys', { body, params: { header } }).then(({ data }) => data),
    {
      refresh,
      onDone: (made) => made !== undefined && onSecret(made.secret),
    },
  );
  return (
    <FormDialog
      button={texts.createKey}
      title={texts.createKey}
      action={texts.createKey}
      change={create}
      draft={draft}
      input={() => ({
        name,
        role,
        agent_ids: agents.length === 0 ? null : [...agents],
        expires_at: day === '' ? null : new Date(day).toISOString(),
      })}
    >
      <TextField
        label={texts.name}
        hint={texts.keyNameHint}
        pointer="/name"
        value={name}
        onChange={(value) => set({ name: value })}
        required
        maxLength={100}
      />
      <SelectField
        label={texts.role}
        pointer="/role"
        value={role}
        onChange={(value) => set({ role: value })}
        choices={roles.map((value) => ({
          value,
          label: `${texts.roles[value]}: ${texts.roleHints[value]}`,
        }))}
      />
      <KeyAgentsField chosen={agents} onChange={(value) => set({ agents: value })} />
      <TextField
        type="date"
        label={texts.expires}
        hint={texts.expiresHint}
        pointer="/expires_at"
        value={day}
        onChange={(value) => set({ day: value })}
      />
    </FormDialog>
  );
}

function KeyActions({
  apiKey,
  onSecret,
}: {
  readonly apiKey: ApiKey;
  readonly onSecret: (secret: string) => void;
}) {
  const texts = useTexts(keyTexts);
  const [isRevoking, setRevoking] = useState(false);
  const path = { key: apiKey.id };
  const rotate = useAction(
    (_: undefined, header) =>
      client
        .POST('/api/v1/api-keys/{key}/rotate', { params: { path, header }, body: {} })
        .then(({ data }) => data),
    { refresh, onDone: (made) => made !== undefined && onSecret(made.secret) },
  );
  const revoke = useAction(() => client.DELETE('/api/v1/api-keys/{key}', { params: { path } }), {
    refresh,
    onDone: () => setRevoking(false),
  });
  return (
    <>
      <Menu
        label={`${texts.actions}: ${apiKey.name}`}
        items={[
          { label: texts.rotate, onSelect: () => rotate.run(undefined) },
          { label: texts.revoke, isDangerous: true, onSelect: () => setRevoking(true) },
        ]}
      />
      <ProblemNote problem={rotate.problem} />
      <ConfirmDialog
        isOpen={isRevoking}
        onClose={() => setRevoking(false)}
        title={texts.revokeTitle(apiKey.name)}
        action={texts.revoke}
        isBusy={revoke.isRunning}
        problem={revoke.problem}
        onConfirm={() => revoke.run()}
      >
        {texts.revokeHint}
      </ConfirmDialog>
    </>
  );
}
