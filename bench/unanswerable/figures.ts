/** A judged question. */
export interface Judged {
  readonly confidence: number;
  readonly isAnswerable: boolean;
  readonly weight: number;
}

const sum = (items: readonly Judged[]) => items.reduce((total, { weight }) => total + weight, 0);

/**
 * Precision and recall of “not found” for confidences below a threshold, and the share of answerable
 * questions lost by it. Precision is that of as many questions with an answer as without one.
 */
export function operatingPoint(items: readonly Judged[], threshold: number) {
  const [answerable, unanswerable] = [
    items.filter(({ isAnswerable }) => isAnswerable),
    items.filter(({ isAnswerable }) => !isAnswerable),
  ];
  const isBelow = ({ confidence }: Judged) => confidence < threshold;
  const recall = sum(unanswerable.filter(isBelow)) / sum(unanswerable);
  const lost = sum(answerable.filter(isBelow)) / sum(answerable);
  return { precision: recall / (recall + lost), recall, lost };
}

/** Thresholds with the best recall at a precision, and the best precision at a recall. */
export function bestPoints(items: readonly Judged[]) {
  const points = Array.from({ length: 99 }, (_, index) => operatingPoint(items, (index + 1) / 100));
  return {
    recallAt90: Math.max(
      0,
      ...points.filter(({ precision }) => precision >= 0.9).map(({ recall }) => recall),
    ),
    precisionAt80: Math.max(
      0,
      ...points.filter(({ recall }) => recall >= 0.8).map(({ precision }) => precision),
    ),
  };
}

/** Mean confidence and share of answerable questions in ten equal ranges of confidence. */
export const reliability = (items: readonly Judged[]) =>
  Array.from({ length: 10 }, (_, index) => {
    const within = items.filter(
      ({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === index,
    );
    return {
      from: index / 10,
      count: within.length,
      confidence:
        within.reduce((total, { confidence, weight }) => total + confidence * weight, 0) /
        sum(within),
      answerable: sum(within.filter(({ isAnswerable }) => isAnswerable)) / sum(within),
    };
  });
