import { useState } from 'react';
import type { File, UpdateFile } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { GroupsField } from './groups-field.tsx';
import { namesOf } from './lists.ts';

/** Name, tags, readers, fields and metadata of a file. */
export function FileForm({ file, onClose }: { readonly file: File; readonly onClose: () => void }) {
  const texts = useTexts(fileTexts);
  const { tagsHint } = useTexts(knowledgeTexts);
  const say = useToast();
  const stored = {
    name: file.name,
    tags: file.tags.join(', '),
    groups: file.groups as string[] | null,
    title: file.title ?? '',
    author: file.author ?? '',
    language: file.language ?? '',
    published_at: file.published_at ?? '',
    metadata: JSON.stringify(file.metadata, null, 2),
  };
  const { value, change, discard } = useDraft(`knowledge.file.${file.id}`, stored);
  const [isWrong, setWrong] = useState(false);
  const set = (changes: Partial<typeof stored>) => change((before) => ({ ...before, ...changes }));
  const save = useAction(
    (body: UpdateFile) =>
      client.PATCH('/api/v1/files/{file}', { body, params: { path: { file: file.id } } }),
    {
      refresh: ['/api/v1/knowledge-bases', '/api/v1/files'],
      onDone: () => {
        discard();
        say(texts.saved);
        onClose();
      },
    },
  );
  const submit = () => {
    const metadata = objectOf(value.metadata);
    setWrong(metadata === null);
    if (metadata === null) return;
    const fields = ['title', 'author', 'language', 'published_at'] as const;
    // A field that was not touched stays that of the document.
    const changed = fields.filter((name) => value[name] !== stored[name]);
    return save.run({
      name: value.name,
      tags: namesOf(value.tags),
      groups: value.groups,
      metadata,
      ...Object.fromEntries(changed.map((name) => [name, value[name].trim() || null])),
    });
  };
  const text = (name: 'title' | 'author' | 'language' | 'published_at', label: string) => ({
    label,
    pointer: `/${name}`,
    value: value[name],
    onChange: (next: string) => set({ [name]: next }),
  });
  return (
    <Dialog isOpen onClose={onClose} title={texts.edit}>
      <Form problem={save.problem} onSubmit={submit} label={texts.edit}>
        <TextField
          label={texts.name}
          pointer="/name"
          value={value.name}
          onChange={(name) => set({ name })}
          required
          maxLength={255}
        />
        <TextField
          label={texts.tags}
          hint={tagsHint}
          pointer="/tags"
          value={value.tags}
          onChange={(tags) => set({ tags })}
        />
        <GroupsField
          label={texts.groups}
          pointer="/groups"
          value={value.groups}
          onChange={(groups) => set({ groups })}
        />
        <TextField {...text('title', texts.fileTitle)} maxLength={500} />
        <TextField {...text('author', texts.author)} maxLength={500} />
        <TextField {...text('language', texts.language)} hint={texts.languageHint} />
        <TextField {...text('published_at', texts.published)} hint={texts.publishedHint} />
        <TextAreaField
          label={texts.metadata}
          hint={texts.metadataHint}
          pointer="/metadata"
          className="code-area"
          error={isWrong ? texts.metadataWrong : null}
          value={value.metadata}
          onChange={(metadata) => set({ metadata })}
          spellCheck={false}
        />
        <div className="form-actions">
          <Button type="submit" kind="primary" isBusy={save.isRunning}>
            {texts.saveDetails}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

function objectOf(text: string): NonNullable<UpdateFile['metadata']> | null {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}');
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as NonNullable<UpdateFile['metadata']>) : null;
  } catch {
    return null;
  }
}
