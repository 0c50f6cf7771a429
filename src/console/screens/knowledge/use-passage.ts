import { useUrlState } from '../../ui/use-url-state.ts';

const nothing = { page: '', start: '', end: '', revision: '', view: '' };

/** The page and the marked passage of a file, which its address holds. */
export function usePassage() {
  const [{ page, start, end, revision, view }, change] = useUrlState(nothing);
  const range =
    numberOf(end) > numberOf(start) ? { start: numberOf(start), end: numberOf(end) } : null;
  return {
    page: page === '' ? null : Math.max(1, numberOf(page)),
    range,
    revision: revision === '' ? null : numberOf(revision),
    view,
    change,
    /** Query parameters of reads of the file. */
    query: revision === '' ? {} : { revision: numberOf(revision) },
  };
}

const numberOf = (text: string): number => Math.max(0, Math.trunc(Number(text)) || 0);
