import type { File } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useBulk } from './use-bulk.ts';

/** Asks before files are processed again, since passages that were edited are lost. */
export function ReprocessFiles({
  files,
  isOpen,
  onClose,
}: {
  readonly files: readonly File[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const texts = useTexts(fileTexts);
  const repeat = useBulk<null>(
    ({ id }) => client.POST('/api/v1/files/{file}/reprocess', { params: { path: { file: id } } }),
    ({ reprocessed }, count) => reprocessed(count),
    onClose,
  );
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={texts.reprocessTitle(files.length, files[0]?.name ?? '')}
      action={texts.reprocess}
      isBusy={repeat.isRunning}
      problem={repeat.problem}
      onConfirm={() => repeat.run({ files, input: null })}
    >
      <p>{texts.reprocessLost}</p>
    </ConfirmDialog>
  );
}
