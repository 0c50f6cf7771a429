import { invalid } from '../../shared/failure.ts';
import type { Scorer } from '../scorers/schema.ts';

/** A scorer of an evaluation; results and thresholds refer to its name. */
export type NamedScorer = Scorer & { readonly name: string };

/** The name of the weighted mean of all scorers. */
export const overall = 'overall';

/** Gives each scorer the name that it was given, else its type. Throws `validation_failed` for one that is there twice. */
export function withNames(scorers: readonly Scorer[]): NamedScorer[] {
  const seen = new Set([overall]);
  return scorers.map((scorer, index) => {
    const name = scorer.name ?? scorer.type;
    if (seen.has(name))
      throw invalid(
        `/scorers/${index}/name`,
        name === overall
          ? `\`${overall}\` is the mean of all scorers. Choose another name.`
          : `Another scorer has the name \`${name}\`. Give each its own.`,
      );
    seen.add(name);
    return { ...scorer, name };
  });
}
