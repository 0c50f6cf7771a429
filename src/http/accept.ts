/** The rank of a media type under an `Accept` header (RFC 9110, 12.5.1). */
interface MediaRank {
  /** The quality value; 0 when the media type is not acceptable. */
  readonly quality: number;
  /** Specificity of the match: 2 for the exact name, 1 for `type/*`, 0 for any type. */
  readonly specificity: number;
  /** Position in the header. */
  readonly position: number;
}

/** Returns the rank by the most specific matching range. */
function rankOf(accept: string, media: string): MediaRank {
  const ranges = accept.split(',').flatMap((text, position): MediaRank[] => {
    const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
    const specificity = [media, `${media.split('/')[0]}/*`, '*/*'].indexOf(range);
    const given = parameters
      .map((parameter) => /^q\s*=\s*([01](?:\.\d{0,3})?)$/.exec(parameter)?.[1])
      .find((q) => q !== undefined);
    return specificity < 0
      ? []
      : [{ quality: Math.min(1, Number(given ?? 1)), specificity: 2 - specificity, position }];
  });
  const [best] = ranges.toSorted((a, b) => b.specificity - a.specificity);
  return best ?? { quality: 0, specificity: 0, position: ranges.length };
}

/** Returns true when the header accepts at least one of the media types. */
export const isAcceptable = (accept: string, produced: readonly string[]): boolean =>
  produced.some((media) => rankOf(accept, media).quality > 0);

/**
 * Returns the preferred media type: by quality, then specificity, then the header's order, then the
 * order of `produced`.
 */
export function preferredOf<Media extends string>(
  accept: string | null,
  produced: readonly [Media, ...Media[]],
): Media {
  const ranked = produced.map((media) => ({ media, ...rankOf(accept ?? '*/*', media) }));
  const [best] = ranked.toSorted(
    (a, b) => b.quality - a.quality || b.specificity - a.specificity || a.position - b.position,
  );
  return best?.media ?? produced[0];
}
