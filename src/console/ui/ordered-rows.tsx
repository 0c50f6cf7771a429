import { ArrowDown, ArrowUp, GripVertical } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { IconButton } from './button.tsx';

/** Returns the list with one item at another place. */
const moved = <Item,>(items: readonly Item[], from: number, to: number): Item[] => {
  const rest = items.filter((_, at) => at !== from);
  return [...rest.slice(0, to), ...items.slice(from, from + 1), ...rest.slice(to)];
};

/** Rows whose order matters: by buttons, or by dragging. The focus stays with the row that was moved. */
export function OrderedRows<Item>({
  items,
  nameOf,
  onChange,
  children,
}: {
  readonly items: readonly Item[];
  readonly nameOf: (item: Item, index: number) => string;
  readonly onChange: (items: Item[]) => void;
  readonly children: (item: Item, index: number) => ReactNode;
}) {
  const texts = useTexts(uiTexts);
  const list = useRef<HTMLOListElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const [done, setDone] = useState<{ readonly to: number; readonly step: -1 | 1 } | null>(null);
  useEffect(() => {
    if (done === null) return;
    const row = list.current?.children[done.to];
    const buttons = [done.step, -done.step].map((step) =>
      row?.querySelector<HTMLElement>(`[data-step="${step}"]:not(:disabled)`),
    );
    buttons.find((button) => button !== null)?.focus();
  }, [done]);
  const move = (index: number, step: -1 | 1) => {
    onChange(moved(items, index, index + step));
    setDone({ to: index + step, step });
  };
  // The events of a short drag come before the next rendering.
  const from = useRef<number | null>(null);
  const drag = (index: number | null) => {
    from.current = index;
    setDragged(index);
  };
  const drop = (to: number) => {
    if (from.current !== null && from.current !== to) onChange(moved(items, from.current, to));
    drag(null);
  };
  return (
    <>
      <ol className="list" ref={list}>
        {items.map((item, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity but its place; its content is edited here.
            key={index}
            className="ordered-row"
            data-dragged={dragged === index || undefined}
            onDragOver={(event) => from.current !== null && event.preventDefault()}
            onDrop={() => drop(index)}
          >
            <span
              className="grip"
              aria-hidden="true"
              draggable
              onDragStart={(event) => {
                event.dataTransfer.setData('text/plain', nameOf(item, index));
                event.dataTransfer.effectAllowed = 'move';
                drag(index);
              }}
              onDragEnd={() => drag(null)}
            >
              <GripVertical size={16} />
            </span>
            {children(item, index)}
            <IconButton
              label={texts.moveUp(nameOf(item, index))}
              data-step={-1}
              disabled={index === 0}
              onClick={() => move(index, -1)}
            >
              <ArrowUp size={16} aria-hidden="true" />
            </IconButton>
            <IconButton
              label={texts.moveDown(nameOf(item, index))}
              data-step={1}
              disabled={index === items.length - 1}
              onClick={() => move(index, 1)}
            >
              <ArrowDown size={16} aria-hidden="true" />
            </IconButton>
          </li>
        ))}
      </ol>
      <p className="visually-hidden" role="status">
        {done !== null && done.to < items.length && texts.movedTo(done.to + 1, items.length)}
      </p>
    </>
  );
}
