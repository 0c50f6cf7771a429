import type { Scorer } from '../../../client/index.ts';

type ScorerType = Scorer['type'];

/** A setting of a scorer as a form offers it. Its name in the request is its key. */
export type Setting =
  | { readonly kind: 'text' | 'number' | 'lines' | 'json'; readonly isRequired?: true }
  | { readonly kind: 'check' | 'judge'; readonly isRequired?: true }
  | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly isRequired?: true };

const choice = (...choices: readonly string[]): Setting => ({ kind: 'choice', choices });
const text = { kind: 'text' } as const;
const number = { kind: 'number' } as const;
const check = { kind: 'check' } as const;

/** The settings of each type; without values of their own, scorers use what the case expects. */
const scorerSettings = {
  contains: {
    texts: { kind: 'lines' },
    match: choice('all', 'any', 'none'),
    case_sensitive: check,
  },
  refuses: {},
  judge: { judge_id: { kind: 'judge', isRequired: true } },
  cites: { measure: choice('recall', 'precision', 'f1') },
  retrieval: { measure: choice('recall', 'mrr', 'hit_rate'), k: number },
  faithfulness: { model: text },
  similarity: { model: text },
  tool_called: { in_order: check, allow_others: { kind: 'check' } },
  numeric: { expected: number, absolute: number, relative: number, unit: text },
  regex: {
    pattern: { kind: 'text', isRequired: true },
    flags: text,
    match: choice('search', 'whole', 'none'),
  },
  json_schema: { schema: { kind: 'json', isRequired: true } },
  latency: {
    max_ms: { kind: 'number', isRequired: true },
    measure: choice('total', 'first_token'),
  },
  cost: { max_usd: { kind: 'number', isRequired: true } },
} as const satisfies Readonly<Record<ScorerType, Readonly<Record<string, Setting>>>>;

export const scorerTypes = Object.keys(scorerSettings) as readonly ScorerType[];

/** Every setting of some scorer: the catalogue names them. */
export type SettingName = {
  [Type in ScorerType]: keyof (typeof scorerSettings)[Type];
}[ScorerType];

export const settingsOf = (type: ScorerType): readonly (readonly [SettingName, Setting])[] =>
  Object.entries(scorerSettings[type]) as [SettingName, Setting][];

/** A scorer as a person enters it. */
export interface ScorerDraft {
  readonly key: string;
  readonly type: ScorerType;
  readonly name: string;
  readonly weight: number | null;
  readonly threshold: number | null;
  readonly values: Readonly<Partial<Record<SettingName, string>>>;
}

export const emptyScorer = (type: ScorerType, key: string): ScorerDraft => ({
  ...{ key, type, name: '', weight: null, threshold: null, values: {} },
});

/** Returns the scorer of the request; what was left empty is left out. */
export function scorerOf({ type, name, weight, threshold, values }: ScorerDraft): Scorer {
  const settings = settingsOf(type).flatMap(([key, { kind }]) => {
    const value = values[key] ?? '';
    return value.trim() === '' ? [] : [[key, parse(kind, value)] as const];
  });
  return {
    type,
    ...(name.trim() !== '' && { name }),
    ...(weight !== null && { weight }),
    ...(threshold !== null && type !== 'latency' && type !== 'cost' && { threshold }),
    ...Object.fromEntries(settings),
  } as Scorer;
}

function parse(kind: Setting['kind'], value: string): unknown {
  switch (kind) {
    case 'number':
      return Number(value);
    case 'check':
      return value === 'true';
    case 'lines':
      return value.split('\n').filter((line) => line.trim() !== '');
    case 'json':
      return parseJson(value);
    default:
      return value;
  }
}

/** Returns JSON, or the text that is none: the API says what is wrong with it. */
function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
