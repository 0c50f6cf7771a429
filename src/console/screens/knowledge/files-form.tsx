import type { File, UpdateFile } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { DraftActions } from '../../ui/draft-actions.tsx';
import { CheckField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { GroupsField } from './groups-field.tsx';
import { namesOf } from './lists.ts';
import { useBulk } from './use-bulk.ts';

const untouched = {
  tags: null as string | null,
  groups: null as { readonly value: string[] | null } | null,
};

/** Sets tags and readers of several files. */
export function FilesForm({
  files,
  onClose,
}: {
  readonly files: readonly File[];
  readonly onClose: () => void;
}) {
  const texts = useTexts(fileTexts);
  const { tagsHint } = useTexts(knowledgeTexts);
  const draft = useDraft('knowledge.files', untouched);
  const { tags, groups } = draft.value;
  const save = useBulk<UpdateFile>(
    ({ id }, body) =>
      client.PATCH('/api/v1/files/{file}', { body, params: { path: { file: id } } }),
    ({ changedFiles }, count) => changedFiles(count),
    () => {
      draft.discard();
      onClose();
    },
  );
  const input = {
    ...(tags !== null && { tags: namesOf(tags) }),
    ...(groups !== null && { groups: groups.value }),
  };
  return (
    <Dialog isOpen onClose={onClose} title={texts.editMany(files.length)}>
      <Form problem={save.problem} onSubmit={() => save.run({ files, input })}>
        <CheckField
          label={texts.setTags}
          checked={tags !== null}
          onChange={(checked) => draft.set({ tags: checked ? '' : null })}
        />
        {tags !== null && (
          <TextField
            label={texts.tagsOfMany}
            hint={tagsHint}
            pointer="/tags"
            value={tags}
            onChange={(next) => draft.set({ tags: next })}
          />
        )}
        <CheckField
          label={texts.setGroups}
          checked={groups !== null}
          onChange={(checked) => draft.set({ groups: checked ? { value: null } : null })}
        />
        {groups !== null && (
          <GroupsField
            label={texts.groups}
            pointer="/groups"
            value={groups.value}
            onChange={(value) => draft.set({ groups: { value } })}
          />
        )}
        <DraftActions draft={draft} change={save} disabled={tags === null && groups === null}>
          {texts.saveDetails}
        </DraftActions>
      </Form>
    </Dialog>
  );
}
