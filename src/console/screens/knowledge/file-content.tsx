import { X } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { File } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { IconButton } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { Loading } from '../../ui/states.tsx';
import { FileText } from './file-text.tsx';
import { usePassage } from './use-passage.ts';

const PageView = lazy(() => import('./page-view.tsx'));

/** The pages of a PDF as they look, or the text of any file; undefined for one that was deleted since the revision. */
export function FileContent({
  id,
  file,
}: {
  readonly id: string;
  readonly file: File | undefined;
}) {
  const texts = useTexts(fileScreenTexts);
  const { view, change } = usePassage();
  const isDrawn = file?.media_type === 'application/pdf' && file.pages !== null;
  const shown = isDrawn && view !== 'text' ? 'page' : 'text';
  const choices = [
    ['', texts.page],
    ['text', texts.text],
  ] as const;
  return (
    <Section
      title={texts.content}
      actions={
        isDrawn && (
          <fieldset className="knowledge-views" aria-label={texts.views}>
            {choices.map(([value, label]) => (
              <button
                key={value}
                type="button"
                className="button button-small button-plain"
                aria-pressed={(shown === 'page') === (value === '')}
                onClick={() => change({ view: value })}
              >
                {label}
              </button>
            ))}
          </fieldset>
        )
      }
    >
      <Mark />
      {shown === 'page' ? (
        <Suspense fallback={<Loading>{texts.loadingPage}</Loading>}>
          <PageView id={id} />
        </Suspense>
      ) : (
        <FileText key={id} id={id} />
      )}
    </Section>
  );
}

/** Which passage is marked. */
function Mark() {
  const texts = useTexts(fileScreenTexts);
  const { number } = useFormat();
  const { range, change } = usePassage();
  if (range === null) return null;
  return (
    <p className="knowledge-mark-note small">
      {texts.passageAt(number(range.start), number(range.end))}
      <IconButton label={texts.unmark} onClick={() => change({ start: '', end: '' })}>
        <X size={14} aria-hidden="true" />
      </IconButton>
    </p>
  );
}
