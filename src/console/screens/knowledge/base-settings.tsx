import type { KnowledgeBase, UpdateKnowledgeBase } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { Button } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copy.tsx';
import { NumberField, TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { Facts, Section } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { DeleteBase } from './delete-base.tsx';
import { GroupsField } from './groups-field.tsx';
import { MigrationList } from './migration-list.tsx';

export function BaseSettings({ base }: { readonly base: KnowledgeBase }) {
  const mayWrite = useCan('knowledge:write');
  return (
    <>
      <div className="columns">
        {mayWrite && <SettingsForm base={base} />}
        <div className="section">
          <BaseFacts base={base} />
          {mayWrite && <DeleteBase base={base} />}
        </div>
      </div>
      <MigrationList base={base} />
    </>
  );
}

function SettingsForm({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(knowledgeTexts);
  const say = useToast();
  const stored = {
    name: base.name,
    description: base.description,
    ocr: base.ocr?.model ?? '',
    retention_days: base.retention_days as number | null,
    default_groups: base.default_groups as string[] | null,
  };
  const { value, isChanged, change, discard } = useDraft(`knowledge.${base.id}.settings`, stored);
  const set = (changes: Partial<typeof stored>) => change((before) => ({ ...before, ...changes }));
  const save = useAction(
    (body: UpdateKnowledgeBase) =>
      client.PATCH('/api/v1/knowledge-bases/{kb}', {
        body,
        params: { path: { kb: base.id } },
      }),
    {
      refresh: ['/api/v1/knowledge-bases'],
      onDone: () => {
        discard();
        say(texts.saved);
      },
    },
  );
  const submit = () => {
    const { ocr, retention_days, ...rest } = value;
    const model = ocr.trim();
    return save.run({
      ...rest,
      ocr: model === '' ? null : { model },
      ...(retention_days !== null && { retention_days }),
    });
  };
  return (
    <Form problem={save.problem} onSubmit={submit} label={texts.settings}>
      <TextField
        label={texts.name}
        pointer="/name"
        value={value.name}
        onChange={(name) => set({ name })}
        required
        maxLength={100}
      />
      <TextAreaField
        label={texts.about}
        hint={texts.aboutHint}
        pointer="/description"
        value={value.description}
        onChange={(description) => set({ description })}
        rows={2}
        maxLength={2000}
      />
      <GroupsField
        label={texts.defaultGroups}
        pointer="/default_groups"
        value={value.default_groups}
        onChange={(default_groups) => set({ default_groups })}
      />
      <TextField
        label={texts.ocr}
        hint={texts.ocrHint}
        pointer="/ocr"
        value={value.ocr}
        onChange={(ocr) => set({ ocr })}
        placeholder="openai/gpt-4o-mini"
      />
      <NumberField
        label={texts.retention}
        hint={texts.retentionHint}
        pointer="/retention_days"
        value={value.retention_days}
        onChange={(retention_days) => set({ retention_days })}
        min={0}
        max={3650}
        required
      />
      <div className="form-actions">
        <Button type="submit" kind="primary" isBusy={save.isRunning} disabled={!isChanged}>
          {texts.save}
        </Button>
      </div>
    </Form>
  );
}

function BaseFacts({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(knowledgeTexts);
  const { number, money, bytes } = useFormat();
  const usage = base.embedding_usage;
  return (
    <Section title={texts.facts}>
      <Facts
        facts={[
          [texts.id, <Copyable key="id" text={base.id} />],
          [texts.owner, base.agent_id === null ? texts.ownerWorkspace : texts.ownerAgent],
          [texts.model, <code key="model">{base.embedding_model}</code>],
          [
            texts.chunkSize,
            `${texts.passageCount(base.chunk_count)}; ${texts.chunkSizeOf(number(base.chunk_tokens), number(base.chunk_overlap_tokens))}`,
          ],
          [
            texts.embeddingCost,
            usage === null
              ? '–'
              : `${usage.cost_usd === null ? texts.unknownCost : money(usage.cost_usd)} (${texts.tokens(number(usage.tokens))})`,
          ],
          [texts.revision, number(base.revision)],
          [
            texts.history,
            `${texts.passageCount(base.former_chunk_count)}, ${bytes(base.former_byte_size)}`,
          ],
          [texts.created_at, <Time key="created" value={base.created_at} form="moment" />],
        ]}
      />
    </Section>
  );
}
