import { stemsOf } from '../../shared/stems.ts';

/** The kind of answer that a question asks for. */
export type Focus = 'number' | 'time' | 'person';

const patterns: readonly (readonly [Focus, RegExp])[] = [
  [
    'number',
    /\bhow (?:many|much|old|long|far|tall|big|large|high|deep|fast)\b|\b(?:what|which) (?:year|date|day|month|decade|century|percentage|number)\b/,
  ],
  [
    'number',
    /\bwie (?:viele?|alt|lange|weit|hoch|groß|teuer)\b|\bwelche[nms]? (?:jahr|datum|tag|monat)\b/,
  ],
  [
    'number',
    /\bcombien\b|\bquelle (?:année|date|heure)\b|\bcu[aá]nt[oa]s?\b|\bqué (?:año|fecha|día)\b/,
  ],
  ['number', /\bquant[oiae]s?\b|\b(?:che|que|qual) ann?o\b/],
  [
    'number',
    /多少|几[个次年天人位种名]|哪一?年|哪个世纪|(?<!เ)กี่|เท่าไร|เท่าใด|ปีใด|ปีไหน|いくつ|いくら|何[年人個回日]/u,
  ],
  [
    'time',
    /^(?:since |until |from |by )?when (?:is|are|was|were|did|do|does|will|would|can|has|have|had|should|must|may)\b|\bwhen[?]?$|\bwann\b|^(?:depuis |jusqu.à )?quand\b|\bcuándo\b|^quando\b/,
  ],
  ['time', /何时|什么时候|เมื่อใด|เมื่อไหร่|เมื่อไร|いつ/u],
  // Past acts only: who may, must or can do something is often not a name but a role.
  [
    'person',
    /^(?:by |to |for |with )?whom? (?:was|were|did|had|first|\p{L}+ed|wrote|won|made|built|led|became|took|gave|began|sold|bought)\b/u,
  ],
  [
    'person',
    /^(?:von )?we[rm] (?:hat|war|wurde)\b|^(?:par )?qui (?:a|avait|était|fut)\b|^quién(?:es)? (?:fue|era|\p{L}+ó(?!\p{L}))/u,
  ],
  ['person', /^chi (?:ha|era|fu)\b|^quem (?:foi|era|\p{L}+ou)\b/u],
];

/** Returns what a question asks for; null when its words do not show it. */
export function focusOf(query: string): Focus | null {
  const text = query.normalize('NFKC').toLowerCase().trim();
  return patterns.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

const numerals = [
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
  'twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen half twice',
  'third fourth fifth sixth seventh eighth ninth tenth nineteenth twentieth zero daily weekly monthly yearly',
  'ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert tausend million halb täglich',
  'deux trois quatre cinq sept huit neuf dix onze douze quinze vingt trente cent mille',
  'dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta cien mil millón',
  'due tre quattro cinque sei sette otto nove dieci venti trenta cento mille dois três quatro sete oito dez vinte cem',
].join(' ');

const numeric =
  /[\p{N}二三四五六七八九十百千万亿两半]|^(?:หนึ่ง|เอ็ด|สอง|ยี่|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน|ครึ่ง)+$/u;

const languages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'th'];

let lists: Readonly<Record<'number' | 'time', ReadonlySet<string>>> | undefined;

/** The words for numbers, and for times with the names of months and weekdays; made once. */
function listsOf() {
  lists ??= {
    number: new Set(stemsOf(numerals)),
    time: new Set(stemsOf(`${numerals} ${languages.flatMap(namesOfTimes).join(' ')}`)),
  };
  return lists;
}

function namesOfTimes(language: string): string[] {
  const format = (options: Intl.DateTimeFormatOptions, days: number, count: number) => {
    const { format } = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
    return Array.from({ length: count }, (_, index) => format(index * days * 86_400_000));
  };
  return [
    ...format({ month: 'long' }, 31, 12),
    ...format({ month: 'short' }, 31, 12),
    ...format({ weekday: 'long' }, 1, 7),
  ];
}

/** True when stems of a passage contain a number, or a time, that the question does not name. */
export function hasQuantity(
  focus: 'number' | 'time',
  stems: readonly string[],
  asked: ReadonlySet<string>,
): boolean {
  const named = listsOf()[focus];
  return stems.some((stem) => !asked.has(stem) && (numeric.test(stem) || named.has(stem)));
}

/** Capitalized words within a sentence; at its beginning only before another one. Not acronyms. */
const names =
  /(?<![.!?:#>|*\n-]["'”’)]?\s*|^\s*)(?<![\p{L}\p{M}\p{N}])\p{Lu}[\p{Ll}\p{M}][\p{L}\p{M}'’]*|\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+/gu;

/** True when a text has a name that the question does not contain, or is of a script without capitals. */
export function hasName(text: string, asked: ReadonlySet<string>): boolean {
  if (!/\p{Lu}/u.test(text) && /\p{Lo}/u.test(text)) return true;
  return (text.match(names) ?? []).some((name) => !stemsOf(name).every((stem) => asked.has(stem)));
}
