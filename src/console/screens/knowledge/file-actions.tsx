import { useState } from 'react';
import type { File } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { Button } from '../../ui/button.tsx';
import { DeleteFiles } from './delete-files.tsx';
import { FilesForm } from './files-form.tsx';
import { ReprocessFiles } from './reprocess-files.tsx';

/** What can be done with the selected files. */
export function FileActions({
  files,
  onDone,
}: {
  readonly files: readonly File[];
  readonly onDone: () => void;
}) {
  const texts = useTexts(fileTexts);
  const [open, setOpen] = useState<'edit' | 'reprocess' | 'delete' | null>(null);
  const close = () => setOpen(null);
  return (
    <div className="knowledge-actions" role="toolbar" aria-label={texts.selection(files.length)}>
      <strong>{texts.selection(files.length)}</strong>
      <Button isSmall onClick={() => setOpen('edit')}>
        {texts.edit}
      </Button>
      <Button isSmall onClick={() => setOpen('reprocess')}>
        {texts.reprocess}
      </Button>
      <Button isSmall onClick={() => setOpen('delete')}>
        {texts.delete}
      </Button>
      <Button isSmall kind="quiet" onClick={onDone}>
        {texts.unselect}
      </Button>
      {open === 'edit' && <FilesForm files={files} onClose={close} />}
      <ReprocessFiles files={files} isOpen={open === 'reprocess'} onClose={close} />
      <DeleteFiles files={files} isOpen={open === 'delete'} onClose={close} onDone={onDone} />
    </div>
  );
}
