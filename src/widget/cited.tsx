import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';
import { fill, texts } from './texts/texts.ts';
import type { CitedPage } from './types.ts';

/** Milliseconds after which the link to the document is renewed, which is valid for five minutes. */
const renewEvery = 180_000;

/** The page of a document that an answer cites, with the quote marked. */
export function Cited({
  page: { file_name, page, page_count, text, start, end, document },
  onRenew,
  onClose,
}: {
  readonly page: CitedPage;
  /** Gets another link to the document. */
  readonly onRenew: () => void;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector('mark')?.scrollIntoView({ block: 'center' });
  }, []);
  const isLinked = document !== null;
  useEffect(() => {
    if (!isLinked) return;
    const timer = setInterval(onRenew, renewEvery);
    return () => clearInterval(timer);
  }, [isLinked]);
  return (
    <dialog ref={dialog} class="cited" aria-label={file_name} onClose={onClose}>
      <header>
        <h2 dir="auto">
          {file_name}
          {page === null ? null : <small> {pageName(page, page_count)}</small>}
        </h2>
        {document === null ? null : (
          <a
            class="open"
            href={
              page === null || !document.is_shown ? document.url : `${document.url}#page=${page}`
            }
            target="_blank"
            rel="noopener noreferrer"
            title={texts.newTab}
          >
            {document.is_shown ? texts.openDocument : texts.downloadDocument}
          </a>
        )}
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

/** The number of a page in words. */
export const pageName = (page: number, count: number | null): string =>
  count === null ? fill(texts.page, { page }) : fill(texts.pageOf, { page, count });
