/** How well an `Accept` header likes a media type (RFC 9110, 12.5.1). */
interface Liking {
  /** 0 for not at all. */
  readonly quality: number;
  /** 2 by its name, 1 by `type/*`, 0 by everything. */
  readonly specificity: number;
  /** Where in the header. */
  readonly position: number;
}

/** By the most specific range that it falls under. */
function likingOf(accept: string, media: string): Liking {
  const ranges = accept.split(',').flatMap((text, position): Liking[] => {
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

/** Whether any of the media types is good enough. */
export const isAcceptable = (accept: string, produced: readonly string[]): boolean =>
  produced.some((media) => likingOf(accept, media).quality > 0);

/** The media type that is liked best: by quality, then by name rather than by wildcard, then in the header's order, then in ours. */
export function preferredOf<Media extends string>(
  accept: string | null,
  produced: readonly [Media, ...Media[]],
): Media {
  const liked = produced.map((media) => ({ media, ...likingOf(accept ?? '*/*', media) }));
  const [best] = liked.toSorted(
    (a, b) => b.quality - a.quality || b.specificity - a.specificity || a.position - b.position,
  );
  return best?.media ?? produced[0];
}
