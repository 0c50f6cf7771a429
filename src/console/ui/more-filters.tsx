import { type ReactNode, useState } from 'react';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';

/** The filters beside the search: on narrow screens one button shows them, and says how many are set. */
export function MoreFilters({
  set,
  children,
}: {
  /** How many of them are set. */
  readonly set: number;
  readonly children: ReactNode;
}) {
  const texts = useTexts(uiTexts);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button button-plain filters-toggle"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {set === 0 ? texts.filters : texts.filtersSet(set)}
      </button>
      <div className={`filters-more ${isOpen ? '' : 'filters-closed'}`}>{children}</div>
    </>
  );
}
