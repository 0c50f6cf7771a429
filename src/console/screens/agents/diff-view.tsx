import { diffLines, diffWordsWithSpace } from 'diff';
import type { AgentConfig } from '../../../client/index.ts';
import { diffTexts } from '../../texts/agent-versions.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { type FieldChange, fieldChanges, textOf } from './config.ts';
import { brief, type LineChange, pairsOf, rowsOf, usual } from './diff-rows.ts';
import { useNamedIds } from './named-ids.ts';

const defaults = { diff: 'side' };

/** The differences of two configurations: fields with both values, and the lines of the instructions. */
export default function DiffView({
  before,
  after,
  lines = linesBetween(before.instructions, after.instructions),
  names,
  isBrief = false,
}: {
  readonly before: AgentConfig;
  readonly after: AgentConfig;
  /** Lines of the instructions, as the API compares them. */
  readonly lines?: readonly LineChange[];
  readonly names: readonly [before: string, after: string];
  /** Where there is little room: one unchanged line beside each change. */
  readonly isBrief?: boolean;
}) {
  const around = isBrief ? brief : usual;
  const texts = useTexts(diffTexts);
  const [{ diff }, setState] = useUrlState(defaults);
  const fields = fieldChanges(before, after).filter(({ pointer }) => pointer !== '/instructions');
  const hasLines = lines.some(({ type }) => type !== 'same');
  if (fields.length === 0 && !hasLines) return <p className="muted">{texts.same}</p>;
  const isSide = diff === 'side';
  return (
    <div className="diff">
      {hasLines && (
        <>
          <header className="section-header">
            <h3>{texts.instructions}</h3>
            <Button
              isSmall
              kind="quiet"
              onClick={() => setState({ diff: isSide ? 'unified' : 'side' })}
            >
              {isSide ? texts.unified : texts.sideBySide}
            </Button>
          </header>
          {isSide ? (
            <SideBySide lines={lines} names={names} around={around} />
          ) : (
            <Unified lines={lines} around={around} />
          )}
        </>
      )}
      {fields.length > 0 && <Fields fields={fields} names={names} />}
    </div>
  );
}

const linesBetween = (before: string, after: string): LineChange[] =>
  diffLines(before, after).map(({ added, removed, value }) => ({
    type: added ? 'added' : removed ? 'removed' : 'same',
    lines: value.replace(/\n$/, '').split('\n'),
  }));

function Fields({
  fields,
  names,
}: {
  readonly fields: readonly FieldChange[];
  readonly names: readonly [string, string];
}) {
  const texts = useTexts(diffTexts);
  const nameIds = useNamedIds();
  const show = (value: unknown) => nameIds(textOf(value));
  return (
    <>
      <h3>{texts.fields}</h3>
      <div className="table-frame">
        <table className="table diff-fields">
          <thead>
            <tr>
              <th scope="col">{texts.field}</th>
              <th scope="col">{names[0]}</th>
              <th scope="col">{names[1]}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <FieldRow key={field.pointer} field={field} names={names} show={show} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Texts of several lines, such as schemas, show which of their lines differ. */
function FieldRow({
  field: { pointer, before, after },
  names,
  show,
}: {
  readonly field: FieldChange;
  readonly names: readonly [string, string];
  readonly show: (value: unknown) => string;
}) {
  const parts = diffLines(show(before), show(after));
  const side = (type: 'added' | 'removed') =>
    parts
      .filter((part) => part[type] || !(part.added || part.removed))
      .map((part, index) => {
        const Mark = part[type] ? (type === 'added' ? 'ins' : 'del') : 'span';
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place.
        return <Mark key={index}>{part.value}</Mark>;
      });
  return (
    <tr>
      <th scope="row">
        <code>{pointer.slice(1).replaceAll('/', '.')}</code>
      </th>
      <td data-label={names[0]}>{side('removed')}</td>
      <td data-label={names[1]}>{side('added')}</td>
    </tr>
  );
}

interface Lines {
  readonly lines: readonly LineChange[];
  readonly around: number;
}

const signs = { same: ' ', added: '+', removed: '−' } as const;

function Unified({ lines, around }: Lines) {
  const texts = useTexts(diffTexts);
  return (
    <div className="diff-lines" tabIndex={0} role="group" aria-label={texts.instructions}>
      {rowsOf(lines, around).map((row, index) =>
        row === null ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place.
          <p key={index} className="diff-gap">
            …
          </p>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: see above.
          <p key={index} className={`diff-line diff-${row.type}`}>
            <span className="diff-sign">{signs[row.type]}</span>
            {row.text || ' '}
          </p>
        ),
      )}
    </div>
  );
}

function SideBySide({
  lines,
  names,
  around,
}: Lines & { readonly names: readonly [string, string] }) {
  const texts = useTexts(diffTexts);
  return (
    <div className="diff-lines" tabIndex={0} role="group" aria-label={texts.instructions}>
      <div className="diff-sides">
        <p className="diff-name">{names[0]}</p>
        <p className="diff-name">{names[1]}</p>
        {pairsOf(lines, around).map(([left, right], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place.
          <Pair key={index} left={left} right={right} isChanged={left !== right} />
        ))}
      </div>
    </div>
  );
}

/** Words of two lines that are alike; null for lines that have little in common. */
function wordsOf(left: string, right: string) {
  const words = diffWordsWithSpace(left, right);
  const common = words
    .filter(({ added, removed }) => !(added || removed))
    .reduce((sum, { value }) => sum + value.trim().length, 0);
  return common * 2 >= Math.min(left.length, right.length) ? words : null;
}

function Pair({
  left,
  right,
  isChanged,
}: {
  readonly left: string | null;
  readonly right: string | null;
  readonly isChanged: boolean;
}) {
  const words = isChanged && left !== null && right !== null ? wordsOf(left, right) : null;
  const side = (text: string | null, type: 'added' | 'removed') => (
    <p className={`diff-line ${isChanged && text !== null ? `diff-${type}` : 'diff-same'}`}>
      {words === null
        ? text || ' '
        : words
            .filter((word) => word[type] || !(word.added || word.removed))
            .map((word, index) => {
              const Mark = word[type] ? 'b' : 'span';
              // biome-ignore lint/suspicious/noArrayIndexKey: words have no identity but their place.
              return <Mark key={index}>{word.value}</Mark>;
            })}
    </p>
  );
  return (
    <>
      {side(left, 'removed')}
      {side(right, 'added')}
    </>
  );
}
