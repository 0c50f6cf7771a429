import { useEffect, useRef, useState } from 'react';
import type { Chunk } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileScreenTexts } from '../../texts/knowledge-file.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { Badge } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { usePassage } from './use-passage.ts';

const refresh = ['/api/v1/files', '/api/v1/knowledge-bases'];

/** One passage: choosing it marks its place in the content. */
export function ChunkView({
  file_id,
  chunk,
  onEdit,
}: {
  readonly file_id: string;
  readonly chunk: Chunk;
  /** null where it cannot be changed. */
  readonly onEdit: (() => void) | null;
}) {
  const texts = useTexts(fileScreenTexts);
  const { number } = useFormat();
  const { range, change } = usePassage();
  const say = useToast();
  const [isDeleting, setDeleting] = useState(false);
  const { id, ordinal, text, heading, page, start, end, tokens, is_enabled, origin } = chunk;
  const path = { file: file_id, chunk: id };
  const turn = useAction(
    (is_enabled: boolean) =>
      client.PATCH('/api/v1/files/{file}/chunks/{chunk}', {
        params: { path },
        body: { is_enabled },
      }),
    { refresh, foresee: (next) => ({ id, fields: { is_enabled: next } }) },
  );
  const remove = useAction(
    () => client.DELETE('/api/v1/files/{file}/chunks/{chunk}', { params: { path } }),
    { refresh, onDone: () => say(texts.deleted) },
  );
  const isMarked = range !== null && start < range.end && end > range.start;
  const item = useRef<HTMLLIElement>(null);
  // Scrolls the list, and not the page, to the first marked passage.
  useEffect(() => {
    const { current } = item;
    const list = current?.parentElement;
    if (isMarked && current !== null && list && list.scrollHeight > list.clientHeight)
      list.scrollTop = current.offsetTop - 8;
  }, [isMarked]);
  const isPlaced = end > start;
  const label = texts.passage(number(ordinal + 1));
  return (
    <li ref={item} className="knowledge-chunk" aria-current={isMarked || undefined}>
      <header>
        <span className="small muted">
          {texts.facts(
            page === null ? '' : texts.onPage(page),
            number(start),
            number(end),
            number(tokens),
          )}
        </span>
        {origin !== 'extracted' && <Badge tone="info">{texts[origin]}</Badge>}
        {!is_enabled && <Badge tone="warn">{texts.disabled}</Badge>}
        {onEdit !== null && (
          <Menu
            label={label}
            items={[
              { label: texts.edit, onSelect: onEdit },
              {
                label: is_enabled ? texts.disable : texts.enable,
                onSelect: () => turn.run(!is_enabled),
              },
              { label: texts.delete, onSelect: () => setDeleting(true), isDangerous: true },
            ]}
          />
        )}
      </header>
      {heading !== null && <strong className="small">{heading}</strong>}
      <button
        type="button"
        className="knowledge-chunk-text"
        title={texts.show}
        disabled={!isPlaced}
        onClick={() =>
          change({ start: `${start}`, end: `${end}`, page: page === null ? '' : `${page}` })
        }
      >
        {text}
      </button>
      <ProblemNote problem={turn.problem} />
      <ConfirmDialog
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        title={texts.deleteTitle(number(ordinal + 1))}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        <p>{texts.deleteLost}</p>
      </ConfirmDialog>
    </li>
  );
}
