import { useRef, useState } from 'react';
import type { File } from '../../../client/index.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { Menu } from '../../ui/menu.tsx';
import { useToast } from '../../ui/toast.tsx';
import { ChunkPreview } from './chunk-preview.tsx';
import { DeleteFiles } from './delete-files.tsx';
import { FileForm } from './file-form.tsx';
import { ReprocessFiles } from './reprocess-files.tsx';
import { addUploads } from './uploads.ts';

/** What can be done with one file. */
export function FileMenu({
  file,
  onDeleted,
}: {
  readonly file: File;
  readonly onDeleted?: () => void;
}) {
  const texts = useTexts(fileTexts);
  const { previewOpen } = useTexts(fileScreenTexts);
  const maySearch = useCan('knowledge:search');
  const say = useToast();
  const picker = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState<'edit' | 'preview' | 'reprocess' | 'delete' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Menu
        items={[
          { label: texts.edit, onSelect: () => setOpen('edit') },
          { label: texts.replace, onSelect: () => picker.current?.click() },
          ...(maySearch && file.is_searchable
            ? [{ label: previewOpen, onSelect: () => setOpen('preview') }]
            : []),
          { label: texts.reprocess, onSelect: () => setOpen('reprocess') },
          { label: texts.delete, onSelect: () => setOpen('delete'), isDangerous: true },
        ]}
      />
      <input
        ref={picker}
        type="file"
        hidden
        aria-label={texts.replace}
        onChange={({ target }) => {
          addUploads(file.base_id, target.files ?? [], file);
          say(texts.replace, texts.replacing);
          target.value = '';
        }}
      />
      {open === 'edit' && <FileForm file={file} onClose={close} />}
      <ChunkPreview file={file} isOpen={open === 'preview'} onClose={close} />
      <ReprocessFiles files={[file]} isOpen={open === 'reprocess'} onClose={close} />
      <DeleteFiles
        files={[file]}
        isOpen={open === 'delete'}
        onClose={close}
        {...(onDeleted && { onDone: onDeleted })}
      />
    </>
  );
}
