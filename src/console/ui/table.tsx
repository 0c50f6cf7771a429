import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { Button } from './button.tsx';
import { Failed, Loading } from './states.tsx';

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers are right-aligned. */
  readonly isNumber?: boolean;
  /** What can be done with the row: ends its first line on narrow screens. A column named “Actions” is one, too. */
  readonly isAction?: boolean;
  /** Left out on narrow screens. */
  readonly isMinor?: boolean;
}

/** What `api.useInfiniteQuery` returns, as far as a list needs it. */
interface Reading {
  readonly error: unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

interface TableProps<Row> {
  /** What the rows are, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Where a row leads; its first cell is the link, and the whole row can be clicked. */
  readonly linkOf?: (row: Row) => string;
  /** Rows that can be chosen, for actions on several of them. */
  readonly selection?: Selection<Row>;
}

interface Selection<Row> {
  readonly keys: ReadonlySet<string>;
  readonly onChange: (keys: ReadonlySet<string>) => void;
  /** Such as “Select invoice.pdf”. */
  readonly labelOf: (row: Row) => string;
  readonly allLabel: string;
}

/** A table; on narrow screens each row is a block. The column of actions, named as such, ends its first line. */
export function Table<Row>({ label, columns, rows, keyOf, linkOf, selection }: TableProps<Row>) {
  const texts = useTexts(uiTexts);
  const cellClass = ({ name, isNumber, isMinor, isAction }: Column<Row>) =>
    [isNumber && 'number', isMinor && 'minor', (isAction || name === texts.actions) && 'actions']
      .filter(Boolean)
      .join(' ') || undefined;
  return (
    <div className="table-frame" ref={(frame) => reachWhileScrolling(frame, label)}>
      <table className="table">
        <caption className="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {selection !== undefined && (
              <th className="table-select">
                <SelectAll keys={rows.map(keyOf)} selection={selection} />
              </th>
            )}
            {columns.map((column) => (
              <th key={column.name} scope="col" className={cellClass(column)}>
                {column.name === texts.actions ? (
                  <span className="visually-hidden">{column.name}</span>
                ) : (
                  column.name
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className={linkOf === undefined ? '' : 'table-row-link'}>
              {selection !== undefined && (
                <td className="table-select">
                  <Select row={row} id={keyOf(row)} selection={selection} />
                </td>
              )}
              {columns.map((column, index) => (
                <td key={column.name} data-label={column.name} className={cellClass(column)}>
                  {linkOf !== undefined && index === 0 ? (
                    <Link href={linkOf(row)} className="table-link">
                      {column.cell(row)}
                    </Link>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Select<Row>({
  row,
  id,
  selection: { keys, onChange, labelOf },
}: {
  readonly row: Row;
  readonly id: string;
  readonly selection: Selection<Row>;
}) {
  return (
    <input
      type="checkbox"
      aria-label={labelOf(row)}
      checked={keys.has(id)}
      onChange={({ target }) =>
        onChange(new Set([...keys].filter((key) => key !== id).concat(target.checked ? id : [])))
      }
    />
  );
}

function SelectAll<Row>({
  keys,
  selection,
}: {
  readonly keys: readonly string[];
  readonly selection: Selection<Row>;
}) {
  const chosen = keys.filter((key) => selection.keys.has(key)).length;
  return (
    <input
      type="checkbox"
      aria-label={selection.allLabel}
      checked={chosen > 0 && chosen === keys.length}
      ref={(box) => {
        if (box !== null) box.indeterminate = chosen > 0 && chosen < keys.length;
      }}
      onChange={({ target }) => selection.onChange(new Set(target.checked ? keys : []))}
    />
  );
}

/** A part that scrolls can be reached and named by keyboard; one that does not is no stop. */
function reachWhileScrolling(frame: HTMLElement | null, label: string) {
  if (frame === null) return undefined;
  const observer = new ResizeObserver(() => {
    const isScrolling = frame.scrollWidth > frame.clientWidth;
    for (const [name, value] of [
      ['tabindex', '0'],
      ['role', 'group'],
      ['aria-label', label],
    ] as const)
      isScrolling ? frame.setAttribute(name, value) : frame.removeAttribute(name);
  });
  observer.observe(frame);
  return () => observer.disconnect();
}

/** A list of the API: its states, its rows and the way to more of them. */
export function ListTable<Row>({
  reading,
  rows,
  empty,
  loading,
  ...table
}: Omit<TableProps<Row>, 'rows'> & {
  readonly reading: Reading;
  /** undefined until the first page is there. */
  readonly rows: readonly Row[] | undefined;
  readonly empty: ReactNode;
  readonly loading: string;
}) {
  const texts = useTexts(uiTexts);
  if (rows === undefined)
    return reading.error === null ? (
      <Loading>{loading}</Loading>
    ) : (
      <Failed problem={reading.error} onRetry={reading.refetch} />
    );
  if (rows.length === 0) return empty;
  return (
    <>
      <Table {...table} rows={rows} />
      {reading.error !== null && <Failed problem={reading.error} onRetry={reading.refetch} />}
      {reading.hasNextPage && (
        <p className="more">
          <Button isBusy={reading.isFetchingNextPage} onClick={() => reading.fetchNextPage()}>
            {reading.isFetchingNextPage ? texts.loadingMore : texts.more}
          </Button>
        </p>
      )}
    </>
  );
}
