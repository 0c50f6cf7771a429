import { useState } from 'react';
import type { Agent } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { agentTexts } from '../../texts/agents.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Copyable } from '../../ui/copy.tsx';
import { DraftActions } from '../../ui/draft-actions.tsx';
import { TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { Gate } from './gate.tsx';

interface Fields {
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly tags: string;
}

/** Name, slug, description and tags, which have no versions; and what activations require. */
export function AgentSettings({ agent }: { readonly agent: Agent }) {
  const texts = useTexts(agentTexts);
  const { id, base_id, created_at, updated_at } = agent;
  return (
    <div className="columns">
      <Section title={texts.about}>
        <Fields agent={agent} />
        <Facts
          facts={[
            [texts.id, <Copyable key="id" text={id} />],
            [texts.ownBase, <Copyable key="base" text={base_id} />],
            [texts.created, <Time key="created" value={created_at} form="moment" />],
            [texts.changed, <Time key="changed" value={updated_at} form="moment" />],
          ]}
        />
      </Section>
      <Gate agent={agent} />
    </div>
  );
}

function Fields({ agent }: { readonly agent: Agent }) {
  const texts = useTexts(agentTexts);
  const toast = useToast();
  const mayWrite = useCan('agents:write') && agent.archived_at === null;
  const { name, slug, description, tags } = agent;
  const [base] = useState<Fields>({ name, slug, description, tags: tags.join(', ') });
  const draft = useDraft<Fields>(`agent.${agent.id}.settings`, base);
  const { value, set } = draft;
  const save = useAction(
    (fields: Fields) =>
      client.PATCH('/api/v1/agents/{agent}', {
        params: { path: { agent: agent.id }, header: { 'If-Match': `"${agent.revision}"` } },
        body: { ...fields, tags: tagsOf(fields.tags) },
      }),
    {
      refresh: ['/api/v1/agents'],
      onDone: () => {
        draft.discard();
        toast(texts.saved);
      },
    },
  );
  return (
    <Form problem={save.problem} onSubmit={() => save.run(value)}>
      <fieldset disabled={!mayWrite} className="plain-fieldset">
        <TextField
          label={texts.name}
          pointer="/name"
          value={value.name}
          required
          maxLength={100}
          onChange={(next) => set({ name: next })}
        />
        <TextField
          label={texts.slug}
          hint={texts.slugHint}
          pointer="/slug"
          value={value.slug}
          onChange={(next) => set({ slug: next })}
        />
        <TextAreaField
          label={texts.descriptionField}
          pointer="/description"
          rows={2}
          value={value.description}
          onChange={(next) => set({ description: next })}
        />
        <TextField
          label={texts.tags}
          hint={texts.tagsHint}
          pointer="/tags"
          value={value.tags}
          onChange={(next) => set({ tags: next })}
        />
        {mayWrite && (
          <DraftActions draft={draft} change={save} disabled={!draft.isChanged}>
            {texts.save}
          </DraftActions>
        )}
      </fieldset>
    </Form>
  );
}

const tagsOf = (text: string): string[] =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
