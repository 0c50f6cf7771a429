import type { BudgetStanding } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { useFormat } from '../../ui/format.ts';

/** How much of a budget is spent and held, as a bar and in words. */
export function BudgetMeter({
  standing,
  label,
}: {
  readonly standing: BudgetStanding;
  readonly label: string;
}) {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const { spent_usd: spent, held_usd: held, limit_usd: limit, percent } = standing;
  const share = (part: number) => `${limit === 0 ? 100 : Math.min(100, (part / limit) * 100)}%`;
  const tone = percent >= 100 ? 'bad' : percent >= 80 ? 'warn' : 'good';
  const said = texts.spentOf(
    format.money(spent),
    format.money(limit),
    format.percent(percent / 100),
  );
  return (
    <div className="budget-meter">
      <div
        className={`cost-meter cost-meter-${tone}`}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, percent)}
        aria-valuetext={said}
      >
        <span style={{ width: share(spent) }} />
        <span className="cost-meter-held" style={{ width: share(held) }} />
      </div>
      <p className="small">
        {said}
        {held > 0 && ` · ${texts.heldNow(format.money(held))}`}
        {percent >= 100 && ` · ${texts.usedUp}`}
      </p>
    </div>
  );
}

/** A forecast is no more exact than this. */
export const roughly = (usd: number): number => Number(usd.toPrecision(3));

/** Share of a period that must be over before its cost is forecast, as for the alerts of the API. */
const minElapsedShare = 0.1;

/** The cost of the whole period at the rate so far; null when it is too early, or the period has no end. */
export function forecastOf(
  { period_start, resets_at, spent_usd }: BudgetStanding,
  now: number,
): number | null {
  if (resets_at === null) return null;
  const start = Date.parse(period_start);
  const over = (now - start) / (Date.parse(resets_at) - start);
  return over < minElapsedShare || over >= 1 ? null : roughly(spent_usd / over);
}
