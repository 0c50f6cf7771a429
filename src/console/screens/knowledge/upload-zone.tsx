import { Upload as UploadIcon } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import type { KnowledgeBase } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { droppedFiles } from './dropped-files.ts';
import { UploadList } from './upload-list.tsx';
import { addUploads, useUploads } from './uploads.ts';
import { useFreshFiles } from './use-fresh-files.ts';

const maxBytes = 25_000_000;

/** Takes files that are dropped, chosen or pasted, and shows how far they are. */
export function UploadZone({ base }: { readonly base: KnowledgeBase }) {
  const texts = useTexts(fileTexts);
  const { bytes } = useFormat();
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const uploads = useUploads(base.id);
  useFreshFiles(base.id);
  const onDrop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    addUploads(base.id, await droppedFiles(event.dataTransfer));
  };
  return (
    <>
      <section
        className={`knowledge-drop${isOver ? ' knowledge-drop-over' : ''}`}
        aria-label={texts.add}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
        onPaste={(event) => addUploads(base.id, event.clipboardData.files)}
      >
        <UploadIcon size={18} aria-hidden="true" className="muted" />
        {isOver ? (
          <p>{texts.dropNow}</p>
        ) : (
          <>
            <p>{texts.drop}</p>
            <Button kind="primary" onClick={() => picker.current?.click()}>
              {texts.choose}
            </Button>
            <p className="small muted">{texts.dropHint(bytes(maxBytes))}</p>
          </>
        )}
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label={texts.choose}
          onChange={({ target }) => {
            addUploads(base.id, target.files ?? []);
            target.value = '';
          }}
        />
      </section>
      {uploads.length > 0 && <UploadList uploads={uploads} />}
    </>
  );
}
