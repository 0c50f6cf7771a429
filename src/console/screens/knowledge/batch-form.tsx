import { useState } from 'react';
import { useLocation } from 'wouter';
import type { KnowledgeBase } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { sourceTexts } from '../../texts/knowledge-sources.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Discard } from '../../ui/discard.tsx';
import { Field, TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { Bar } from './file-status.tsx';
import { namesOf } from './lists.ts';
import { sendBatch } from './send-file.ts';

const untouched = { addresses: '', tags: '' };

/** Starts an import from an archive, or from addresses. */
export function BatchForm({
  base,
  onClose,
}: {
  readonly base: KnowledgeBase;
  readonly onClose: () => void;
}) {
  const texts = useTexts(sourceTexts);
  const { tagsHint } = useTexts(knowledgeTexts);
  const { percent } = useFormat();
  const [, go] = useLocation();
  const say = useToast();
  const [file, setFile] = useState<File | null>(null);
  const draft = useDraft(`knowledge.${base.id}.import`, untouched);
  const { addresses, tags } = draft.value;
  const [sent, setSent] = useState<number | null>(null);
  const [stop] = useState(() => new AbortController());
  const urls = addresses.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  const start = useAction(
    (_: null, header) => {
      const defaults = { tags: namesOf(tags) };
      if (file === null)
        return client
          .POST('/api/v1/knowledge-bases/{kb}/batches', {
            params: { header, path: { kb: base.id } },
            body: { files: urls.map((url) => ({ url })), defaults },
          })
          .then(({ data }) => data);
      const onSent = (share: number) => setSent(share);
      return sendBatch({
        ...{ base_id: base.id, file, signal: stop.signal, onSent },
        defaults: JSON.stringify(defaults),
      });
    },
    {
      refresh: ['/api/v1/knowledge-bases'],
      onDone: (batch) => {
        draft.discard();
        say(texts.started);
        onClose();
        if (batch !== undefined) go(`/imports/${batch.id}`);
      },
    },
  );
  const close = () => {
    stop.abort();
    onClose();
  };
  const words = sent === null ? '' : texts.sending(percent(sent));
  return (
    <Dialog isOpen onClose={close} title={texts.import}>
      <Form problem={start.problem} onSubmit={() => start.run(null)} label={texts.import}>
        <Field label={texts.archive} hint={texts.archiveHint} pointer="/file">
          {(wiring) => (
            <input
              type="file"
              accept=".zip,.tar,.gz,.tgz,.jsonl,.csv"
              className="control"
              {...wiring}
              onChange={({ target }) => setFile(target.files?.[0] ?? null)}
            />
          )}
        </Field>
        {file === null && (
          <TextAreaField
            label={texts.addresses}
            hint={texts.addressesHint}
            pointer="/files"
            value={addresses}
            onChange={(next) => draft.set({ addresses: next })}
            placeholder="https://"
            rows={3}
            className="code-area"
            spellCheck={false}
          />
        )}
        <TextField
          label={texts.tags}
          hint={tagsHint}
          value={tags}
          onChange={(next) => draft.set({ tags: next })}
        />
        {start.isRunning && sent !== null && (
          <div className="knowledge-status" role="status">
            <span className="small">{words}</span>
            <Bar label={texts.import} share={sent} words={words} />
          </div>
        )}
        <div className="form-actions">
          <Button
            type="submit"
            kind="primary"
            isBusy={start.isRunning}
            disabled={file === null && urls.length === 0}
            title={file === null && urls.length === 0 ? texts.nothing : undefined}
          >
            {texts.start}
          </Button>
          <Discard draft={draft} />
        </div>
      </Form>
    </Dialog>
  );
}
