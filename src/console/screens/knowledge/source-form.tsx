import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type {
  CreateKnowledgeSource,
  KnowledgeBase,
  KnowledgeSource,
  UpdateKnowledgeSource,
} from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { sourceTexts } from '../../texts/knowledge-sources.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { GroupsField } from './groups-field.tsx';
import { namesOf } from './lists.ts';
import { SourceFieldView } from './source-field.tsx';
import {
  fieldsFor,
  fieldsOf,
  isMain,
  membersOf,
  type SignIn,
  type SourceType,
  signIns,
  valuesOf,
} from './source-fields.ts';

const spans = { hour: 3600, day: 86_400, week: 604_800 } as const;
const types = Object.keys(fieldsOf) as SourceType[];

/** Creates a source, or changes what can be changed of one. */
export function SourceForm({
  base,
  source,
  onClose,
}: {
  readonly base: KnowledgeBase;
  readonly source: KnowledgeSource | null;
  readonly onClose: () => void;
}) {
  const texts = useTexts(sourceTexts);
  const { tagsHint, more } = useTexts(knowledgeTexts);
  const { duration } = useFormat();
  const [, go] = useLocation();
  const say = useToast();
  const stored = {
    type: source?.type ?? ('crawl' as SourceType),
    name: source?.name ?? '',
    refresh: source?.refresh_interval_s ?? null,
    tags: source?.tags.join(', ') ?? '',
    groups: (source?.groups ?? null) as string[] | null,
    values: source === null ? ({} as Record<string, string>) : valuesOf(source),
  };
  const { value, change, discard } = useDraft(`knowledge.source.${source?.id ?? base.id}`, stored);
  const [isLong, setLong] = useState(false);
  const [signIn, setSignIn] = useState<SignIn>('service_account');
  // Not part of the draft, which is stored in the browser.
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const set = (changes: Partial<typeof stored>) => change((before) => ({ ...before, ...changes }));
  const save = useAction(
    (members: Record<string, unknown>, header): Promise<string | undefined> =>
      source === null
        ? client
            .POST('/api/v1/knowledge-bases/{kb}/sources', {
              params: { header, path: { kb: base.id } },
              body: members as unknown as CreateKnowledgeSource,
            })
            .then(({ data }) => data?.id)
        : client
            .PATCH('/api/v1/sources/{source}', {
              params: { path: { source: source.id } },
              body: members as UpdateKnowledgeSource,
            })
            .then(() => undefined),
    {
      refresh: ['/api/v1/knowledge-bases/{kb}/sources', '/api/v1/sources'],
      onDone: (created) => {
        discard();
        say(source === null ? texts.created : texts.saved);
        onClose();
        if (created !== undefined) go(`/sources/${created}`);
      },
    },
  );
  // A refused field may be among them.
  useEffect(() => {
    if (save.problem !== null) setLong(true);
  }, [save.problem]);
  const submit = () =>
    save.run({
      ...(source === null && { type: value.type }),
      ...membersOf(value.type, { ...value.values, ...secrets }, source === null, signIn),
      ...(value.name.trim() !== '' && { name: value.name.trim() }),
      refresh_interval_s: value.refresh,
      tags: namesOf(value.tags),
      groups: value.groups,
    });
  const title = source === null ? texts.add : texts.edit;
  const fields = fieldsFor(value.type, signIn).filter(
    ({ isMutable }) => source === null || isMutable === true,
  );
  const view = (field: (typeof fields)[number]) => (
    <SourceFieldView
      key={field.name}
      field={field}
      type={value.type}
      isNew={source === null}
      value={(field.kind === 'secret' ? secrets : value.values)[field.name] ?? ''}
      onChange={(text) =>
        field.kind === 'secret'
          ? setSecrets((before) => ({ ...before, [field.name]: text }))
          : set({ values: { ...value.values, [field.name]: text } })
      }
    />
  );
  const isKnown = value.refresh === null || Object.values<number>(spans).includes(value.refresh);
  return (
    <Dialog isOpen onClose={onClose} title={title}>
      <Form problem={save.problem} onSubmit={submit} label={title}>
        {source === null && (
          <SelectField
            label={texts.type}
            value={value.type}
            onChange={(type) => set({ type })}
            choices={types.map((type) => ({ value: type, label: texts.types[type] }))}
          />
        )}
        {value.type === 'google_drive' && (
          <SelectField
            label={texts.signIn}
            value={signIn}
            onChange={setSignIn}
            choices={signIns.map((one) => ({ value: one, label: texts.signIns[one] }))}
          />
        )}
        {fields.filter(isMain).map(view)}
        <SelectField
          label={texts.refresh}
          pointer="/refresh_interval_s"
          value={value.refresh === null ? '' : `${value.refresh}`}
          onChange={(next) => set({ refresh: next === '' ? null : Number(next) })}
          choices={[
            { value: '', label: texts.refreshes.never },
            ...(['hour', 'day', 'week'] as const).map((span) => ({
              value: `${spans[span]}`,
              label: texts.refreshes[span],
            })),
            ...(isKnown
              ? []
              : [
                  {
                    value: `${value.refresh}`,
                    label: texts.refreshes.other(duration((value.refresh ?? 0) * 1000)),
                  },
                ]),
          ]}
        />
        <details open={isLong} onToggle={({ currentTarget }) => setLong(currentTarget.open)}>
          <summary>{more}</summary>
          <div className="form knowledge-more">
            {fields.filter((field) => !isMain(field)).map(view)}
            <TextField
              label={texts.name}
              hint={texts.nameHint}
              pointer="/name"
              value={value.name}
              onChange={(name) => set({ name })}
              maxLength={100}
            />
            <TextField
              label={texts.tags}
              hint={tagsHint}
              pointer="/tags"
              value={value.tags}
              onChange={(tags) => set({ tags })}
            />
            <GroupsField
              label={texts.readers}
              pointer="/groups"
              value={value.groups}
              onChange={(groups) => set({ groups })}
            />
          </div>
        </details>
        <div className="form-actions">
          <Button type="submit" kind="primary" isBusy={save.isRunning}>
            {source === null ? texts.create : texts.save}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
