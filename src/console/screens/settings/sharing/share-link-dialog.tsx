import { useMemo, useState } from 'react';
import type { CreateShareLink, ShareLink } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { sharingTexts } from '../../../texts/sharing.ts';
import { AgentField, AgentName } from '../../../ui/agent-filter.tsx';
import { NumberField, SelectField, TextAreaField, TextField } from '../../../ui/field.tsx';
import { ControlledFormDialog } from '../../../ui/form-dialog.tsx';
import { useDraft } from '../../../ui/use-draft.ts';

type Draft = ReturnType<typeof toDraft>;

const toDraft = (link: ShareLink | null) => ({
  name: link?.name ?? '',
  title: link?.title ?? '',
  access: link?.access ?? ('public' as const),
  allowed_addresses: (link?.allowed_addresses ?? []).join('\n'),
  allowed_origins: (link?.allowed_origins ?? []).join('\n'),
  version: link?.version ?? '',
  expires_at: link?.expires_at == null ? '' : localTime(link.expires_at),
  max_visitors: link?.max_visitors ?? null,
  max_sessions: link?.max_sessions ?? null,
  max_messages_per_visitor: link === null ? 100 : link.max_messages_per_visitor,
  limit_usd: link?.limit_usd ?? null,
});

/** A time as `datetime-local` has it, in the zone of the browser. */
function localTime(iso: string): string {
  const time = new Date(iso);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const linesOf = (text: string) => text.split(/[\s,]+/).filter((line) => line !== '');

const toInput = (draft: Draft): CreateShareLink => ({
  ...draft,
  title: draft.title === '' ? null : draft.title,
  allowed_addresses: linesOf(draft.allowed_addresses),
  allowed_origins: linesOf(draft.allowed_origins),
  version:
    draft.version === ''
      ? null
      : /^\d+$/.test(draft.version)
        ? Number(draft.version)
        : draft.version,
  expires_at: draft.expires_at === '' ? null : new Date(draft.expires_at).toISOString(),
});

/** Creates a share link, or changes one: who may open it, and how much they may use. */
export function ShareLinkDialog({
  agent: given,
  link,
  onClose,
  onMade,
}: {
  /** Empty to choose one. */
  readonly agent: string;
  /** null for a new one. */
  readonly link: ShareLink | null;
  readonly onClose: () => void;
  readonly onMade: (link: ShareLink) => void;
}) {
  const texts = useTexts(sharingTexts);
  const [chosen, setChosen] = useState('');
  const agent = given === '' ? chosen : given;
  const base = useMemo(() => toDraft(link), [link]);
  const { value: draft, ...kept } = useDraft(`share-link.${link?.id ?? 'new'}`, base);
  const set = (changes: Partial<Draft>) => kept.change((before) => ({ ...before, ...changes }));
  const save = useAction(
    async (body: CreateShareLink, header) => {
      const path = { agent };
      const { data } =
        link === null
          ? await client.POST('/api/v1/agents/{agent}/share-links', {
              params: { path, header },
              body,
            })
          : await client.PATCH('/api/v1/share-links/{share_link}', {
              params: { path: { share_link: link.id } },
              body,
            });
      return data;
    },
    {
      refresh: ['/api/v1/share-links'],
      onDone: (made) => made !== undefined && onMade(made),
    },
  );
  const limit = (name: 'max_visitors' | 'max_sessions' | 'max_messages_per_visitor') => ({
    hint: texts.noLimit,
    pointer: `/${name}`,
    min: 1,
    step: 1,
    value: draft[name],
    onChange: (value: number | null) => set({ [name]: value }),
  });
  return (
    <ControlledFormDialog
      isOpen
      onClose={onClose}
      title={link?.name ?? texts.create}
      action={link === null ? texts.create : texts.save}
      change={save}
      input={() => toInput(draft)}
      draft={kept}
    >
      {given !== '' && (
        <p className="muted">
          {texts.sharedAgent}: <AgentName id={given} />
        </p>
      )}
      {given === '' && <AgentField label={texts.agent} value={chosen} onChange={setChosen} />}
      <TextField
        label={texts.name}
        hint={texts.nameHint}
        pointer="/name"
        value={draft.name}
        onChange={(name) => set({ name })}
        required
        maxLength={100}
      />
      <TextField
        label={texts.titleLabel}
        hint={texts.titleHint}
        pointer="/title"
        value={draft.title}
        onChange={(title) => set({ title })}
        maxLength={100}
      />
      <SelectField
        label={texts.access}
        pointer="/access"
        value={draft.access}
        onChange={(access) => set({ access })}
        choices={(['public', 'verified'] as const).map((value) => ({
          value,
          label: texts.accesses[value],
        }))}
      />
      {draft.access === 'verified' && (
        <TextAreaField
          label={texts.addresses}
          hint={texts.addressesHint}
          pointer="/allowed_addresses"
          value={draft.allowed_addresses}
          onChange={(allowed_addresses) => set({ allowed_addresses })}
          required
        />
      )}
      <TextAreaField
        label={texts.origins}
        hint={texts.originsHint}
        pointer="/allowed_origins"
        rows={2}
        value={draft.allowed_origins}
        onChange={(allowed_origins) => set({ allowed_origins })}
      />
      <div className="pair">
        <NumberField label={texts.maxVisitors} {...limit('max_visitors')} />
        <NumberField label={texts.maxSessions} {...limit('max_sessions')} />
        <NumberField label={texts.maxMessages} {...limit('max_messages_per_visitor')} />
        <NumberField
          label={texts.limitUsd}
          hint={texts.noLimit}
          pointer="/limit_usd"
          min={0}
          value={draft.limit_usd}
          onChange={(limit_usd) => set({ limit_usd })}
        />
        <TextField
          label={texts.version}
          hint={texts.versionHint}
          pointer="/version"
          value={draft.version}
          onChange={(version) => set({ version })}
        />
        <TextField
          type="datetime-local"
          label={texts.expires}
          hint={texts.expiresHint}
          pointer="/expires_at"
          value={draft.expires_at}
          onChange={(expires_at) => set({ expires_at })}
        />
      </div>
    </ControlledFormDialog>
  );
}
