import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { CreateKnowledgeBase } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { NumberField, TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { GroupsField } from './groups-field.tsx';

const initial = {
  name: '',
  description: '',
  embedding_model: 'builtin/lexical',
  dimensions: null as number | null,
  chunk_tokens: 512 as number | null,
  chunk_overlap_tokens: 64 as number | null,
  default_groups: null as string[] | null,
};

/** Creates a knowledge base and opens it. */
export function BaseForm({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const texts = useTexts(knowledgeTexts);
  const say = useToast();
  const [, go] = useLocation();
  const { value, change, discard } = useDraft('knowledge.new', initial);
  const [isLong, setLong] = useState(value.embedding_model !== initial.embedding_model);
  const set = (changes: Partial<typeof initial>) => change((before) => ({ ...before, ...changes }));
  const create = useAction(
    (body: CreateKnowledgeBase, header) =>
      client.POST('/api/v1/knowledge-bases', { body, params: { header } }).then(({ data }) => data),
    {
      refresh: ['/api/v1/knowledge-bases'],
      onDone: (made) => {
        discard();
        say(texts.created);
        if (made !== undefined) go(`/${made.id}`);
      },
    },
  );
  // A refused field may be among them.
  useEffect(() => {
    if (create.problem !== null) setLong(true);
  }, [create.problem]);
  const submit = () => {
    const { dimensions, chunk_tokens, chunk_overlap_tokens, ...rest } = value;
    return create.run({
      ...rest,
      ...(dimensions !== null && { dimensions }),
      ...(chunk_tokens !== null && { chunk_tokens }),
      ...(chunk_overlap_tokens !== null && { chunk_overlap_tokens }),
    });
  };
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={texts.create}>
      <Form problem={create.problem} onSubmit={submit} label={texts.create}>
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
        <details open={isLong} onToggle={({ currentTarget }) => setLong(currentTarget.open)}>
          <summary>{texts.more}</summary>
          <div className="form knowledge-more">
            <TextField
              label={texts.embedding}
              hint={texts.embeddingHint}
              pointer="/embedding_model"
              value={value.embedding_model}
              onChange={(embedding_model) => set({ embedding_model })}
              className="control code-area"
              required
            />
            <NumberField
              label={texts.dimensions}
              hint={texts.dimensionsHint}
              pointer="/dimensions"
              value={value.dimensions}
              onChange={(dimensions) => set({ dimensions })}
              min={1}
              max={1536}
            />
            <NumberField
              label={texts.chunkTokens}
              hint={texts.chunkTokensHint}
              pointer="/chunk_tokens"
              value={value.chunk_tokens}
              onChange={(chunk_tokens) => set({ chunk_tokens })}
              min={50}
              max={2000}
            />
            <NumberField
              label={texts.overlap}
              pointer="/chunk_overlap_tokens"
              value={value.chunk_overlap_tokens}
              onChange={(chunk_overlap_tokens) => set({ chunk_overlap_tokens })}
              min={0}
              max={500}
            />
            <GroupsField
              label={texts.defaultGroups}
              pointer="/default_groups"
              value={value.default_groups}
              onChange={(default_groups) => set({ default_groups })}
            />
          </div>
        </details>
        <div className="form-actions">
          <Button type="submit" kind="primary" isBusy={create.isRunning}>
            {texts.create}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
