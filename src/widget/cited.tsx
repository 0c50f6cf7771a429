import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { texts } from './texts.ts';
import type { CitedPage } from './types.ts';

/** The page of a document that an answer cites, with the quote marked. */
export function Cited({
  page: { file_name, page, page_count, text, start, end },
  onClose,
}: {
  readonly page: CitedPage;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector('mark')?.scrollIntoView({ block: 'center' });
  }, []);
  return (
    <dialog ref={dialog} class="cited" aria-label={file_name} onClose={onClose}>
      <header>
        <h2 dir="auto">
          {file_name}
          {page === null ? null : <small> {texts.page(page, page_count)}</small>}
        </h2>
        <button
          type="button"
          class="icon"
          aria-label={texts.closeSource}
          onClick={() => dialog.current?.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="page" dir="auto" tabIndex={0} role="group" aria-label={file_name}>
        {text.slice(0, start)}
        <mark>{text.slice(start, end)}</mark>
        {text.slice(end)}
      </div>
    </dialog>
  );
}
