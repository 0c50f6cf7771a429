import type { Chunk } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';

/** Changes a passage, or adds one. What was written is kept until it is saved. */
export function ChunkForm({
  file_id,
  chunk,
  onClose,
}: {
  readonly file_id: string;
  readonly chunk: Chunk | null;
  readonly onClose: () => void;
}) {
  const texts = useTexts(fileScreenTexts);
  const { number } = useFormat();
  const say = useToast();
  const stored = { text: chunk?.text ?? '', heading: chunk?.heading ?? '' };
  const key = `knowledge.chunk.${chunk?.id ?? file_id}`;
  const { value, change, discard } = useDraft(key, stored);
  const save = useAction(
    (body: { text: string; heading: string | null }, header) =>
      chunk === null
        ? client.POST('/api/v1/files/{file}/chunks', {
            body,
            params: { header, path: { file: file_id } },
          })
        : client.PATCH('/api/v1/files/{file}/chunks/{chunk}', {
            body,
            params: { path: { file: file_id, chunk: chunk.id } },
          }),
    {
      refresh: ['/api/v1/files', '/api/v1/knowledge-bases'],
      onDone: () => {
        discard();
        say(texts.saved);
        onClose();
      },
    },
  );
  const title = chunk === null ? texts.add : texts.passage(number(chunk.ordinal + 1));
  return (
    <Dialog isOpen onClose={onClose} title={title} size="wide">
      <Form
        problem={save.problem}
        label={title}
        onSubmit={() => save.run({ text: value.text, heading: value.heading.trim() || null })}
      >
        <p className="muted">
          {chunk === null && texts.addHint} {texts.replaced}
        </p>
        <TextField
          label={texts.heading}
          hint={texts.headingHint}
          pointer="/heading"
          value={value.heading}
          onChange={(heading) => change((before) => ({ ...before, heading }))}
        />
        <TextAreaField
          label={texts.passageText}
          hint={texts.passageTextHint}
          pointer="/text"
          value={value.text}
          onChange={(text) => change((before) => ({ ...before, text }))}
          rows={10}
          maxLength={8000}
          required
        />
        <div className="form-actions">
          <Button type="submit" kind="primary" isBusy={save.isRunning}>
            {texts.save}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
