import { useState } from 'react';
import type { File, UpdateFile } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { CheckField, Form, TextField } from '../../ui/field.tsx';
import { GroupsField } from './groups-field.tsx';
import { namesOf } from './lists.ts';
import { useBulk } from './use-bulk.ts';

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
  const [tags, setTags] = useState<string | null>(null);
  const [groups, setGroups] = useState<{ readonly value: string[] | null } | null>(null);
  const save = useBulk<UpdateFile>(
    ({ id }, body) =>
      client.PATCH('/api/v1/files/{file}', { body, params: { path: { file: id } } }),
    ({ changedFiles }, count) => changedFiles(count),
    onClose,
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
          onChange={(checked) => setTags(checked ? '' : null)}
        />
        {tags !== null && (
          <TextField
            label={texts.tagsOfMany}
            hint={tagsHint}
            pointer="/tags"
            value={tags}
            onChange={setTags}
          />
        )}
        <CheckField
          label={texts.setGroups}
          checked={groups !== null}
          onChange={(checked) => setGroups(checked ? { value: null } : null)}
        />
        {groups !== null && (
          <GroupsField
            label={texts.groups}
            pointer="/groups"
            value={groups.value}
            onChange={(value) => setGroups({ value })}
          />
        )}
        <div className="form-actions">
          <Button
            type="submit"
            kind="primary"
            isBusy={save.isRunning}
            disabled={tags === null && groups === null}
          >
            {texts.saveDetails}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
