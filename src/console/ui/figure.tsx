import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useTexts } from '../texts/catalogue.ts';
import { periodTexts } from '../texts/period.ts';
import { useFormat } from './format.ts';

interface Compared {
  readonly now: number | null;
  readonly before: number | null;
  readonly format: (value: number | null) => string;
  /** Shares differ in points, all else in percent. */
  readonly isShare?: boolean;
  /** Which direction is good, if either is. */
  readonly better?: 'more' | 'less';
}

/** The difference from the period before: sign, words and the figure it is compared with. */
function Difference({ now, before, format, isShare = false, better }: Compared) {
  const texts = useTexts(periodTexts);
  const { percent, number } = useFormat();
  if (now === null || before === null) return null;
  if (before === 0 && !isShare)
    return now === 0 ? null : <span className="muted small">{texts.noneBefore(format(0))}</span>;
  const change = isShare ? now - before : (now - before) / before;
  const size = isShare
    ? texts.points(number(Math.round(Math.abs(change) * 1000) / 10))
    : percent(Math.abs(change));
  if (Math.abs(change) < 0.0005) return <span className="muted small">{texts.same}</span>;
  const tone =
    better === undefined ? 'muted' : change > 0 === (better === 'more') ? 'tone-good' : 'tone-bad';
  const say = change > 0 ? texts.more : texts.less;
  return <span className={`${tone} small`}>{say(size, format(before))}</span>;
}

/** A figure of a period with what it was before; `to` leads to what is behind it. */
export const Figure = ({
  label,
  to,
  note,
  ...compared
}: Compared & {
  readonly label: string;
  readonly to?: string | undefined;
  readonly note?: ReactNode;
}) => (
  <div className="figure">
    <dt className="muted small">{label}</dt>
    <dd>
      <span className="figure-value">
        {to === undefined || compared.now === null ? (
          compared.format(compared.now)
        ) : (
          <Link href={to}>{compared.format(compared.now)}</Link>
        )}
      </span>
      <Difference {...compared} />
      {note !== undefined && <span className="muted small">{note}</span>}
    </dd>
  </div>
);

export const Figures = ({ children }: { readonly children: ReactNode }) => (
  <dl className="figures">{children}</dl>
);
