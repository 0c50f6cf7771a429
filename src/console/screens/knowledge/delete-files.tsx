import { useState } from 'react';
import type { File } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { CheckField } from '../../ui/field.tsx';
import { sum } from './lists.ts';
import { useBulk } from './use-bulk.ts';

interface Props {
  readonly files: readonly File[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onDone?: () => void;
}

/** Asks before files are deleted. */
export function DeleteFiles({ files, isOpen, onClose, onDone }: Props) {
  const texts = useTexts(fileTexts);
  const [isPurging, setPurging] = useState(false);
  const remove = useBulk<boolean>(
    ({ id }, purge) =>
      client.DELETE('/api/v1/files/{file}', {
        params: { path: { file: id }, query: purge ? { purge: 'true' } : {} },
      }),
    ({ deleted }, count) => deleted(count),
    () => {
      onClose();
      onDone?.();
    },
  );
  const passages = sum(files.map(({ chunk_count }) => chunk_count ?? 0));
  const isOfSource = files.some(({ metadata }) => 'source_id' in metadata);
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={texts.deleteTitle(files.length, files[0]?.name ?? '')}
      action={texts.delete}
      isBusy={remove.isRunning}
      problem={remove.problem}
      onConfirm={() => remove.run({ files, input: isPurging })}
    >
      <div className="section">
        <p>{texts.deleteLost(files.length, texts.passageCount(passages))}</p>
        {isOfSource && <p className="note note-warn">{texts.deleteFromSource}</p>}
        <CheckField label={texts.purge} checked={isPurging} onChange={setPurging} />
      </div>
    </ConfirmDialog>
  );
}
