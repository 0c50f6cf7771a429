import type { Scale } from './schema.ts';

/** A score in the scale of a judge. */
export type RawScore = number | 'pass' | 'fail';

interface ScaleRules {
  /** JSON Schema of the answer of the model: the reason comes before the score. */
  readonly schema: object;
  /** Maps a score of the model to 0..1. */
  readonly read: (raw: RawScore) => number;
}

/** Strict where the keywords are those that providers decode by. */
const answerWith = (score: object) => ({
  type: 'object',
  properties: { reason: { type: 'string' }, score },
  required: ['reason', 'score'],
  additionalProperties: false,
});

const rules: Readonly<Record<Scale, ScaleRules>> = {
  pass_fail: {
    schema: answerWith({ type: 'string', enum: ['pass', 'fail'] }),
    read: (raw) => (raw === 'pass' ? 1 : 0),
  },
  one_to_five: {
    schema: answerWith({ type: 'integer', enum: [1, 2, 3, 4, 5] }),
    read: (raw) => (Number(raw) - 1) / 4,
  },
  zero_to_one: {
    schema: answerWith({ type: 'number', minimum: 0, maximum: 1 }),
    read: Number,
  },
};

export const scaleOf = (scale: Scale): ScaleRules => rules[scale];
