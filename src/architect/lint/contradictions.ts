import { type Finding, instructionsAt, quote, type Rule } from './finding.ts';
import { type InstructionStatement, likeness, statementsOf } from './statements.ts';

/** Pairs of demands that exclude each other. */
const opposites: readonly {
  readonly what: string;
  readonly one: RegExp;
  readonly other: RegExp;
}[] = [
  {
    what: 'the tone',
    one: /(?<!in|un|non-)\b(?:formal(?:ly)?|förmlich|formell|siezen?|vouvoie|敬語)|敬語|敬语|존댓말/iu,
    other:
      /\b(?:informal(?:ly)?|casual(?:ly)?|slang|duzen?|locker|tutoie|familier)\b|ため口|タメ口|반말/iu,
  },
  {
    what: 'the length of answers',
    one: /\b(?:short|brief(?:ly)?|concise(?:ly)?|one sentence|kurz|knapp|court(?:e|es|s)?|breve(?:s|mente)?)\b|簡潔|简短|مختصر/iu,
    other:
      /\b(?:long|detailed|in detail|exhaustive(?:ly)?|at length|ausführlich|lang|détaillé(?:e|es|s)?|detallad[oa]s?)\b|詳しく|详细|مفصل/iu,
  },
  {
    what: 'the format',
    one: /\b(?:markdown|bullet points?|bulleted|tables?)\b/iu,
    other: /\b(?:plain text|no (?:markdown|formatting)|without (?:markdown|formatting))\b/iu,
  },
  {
    what: 'the language',
    one: /\b(?:only|always|exclusively) (?:answer|reply|respond|write)? ?in (?:english|german|french|spanish|japanese|arabic)\b/iu,
    other: /\bin the (?:user|customer|reader|visitor)[’']s (?:own )?language\b/iu,
  },
];

/** Share of common stems above which a demand and a prohibition are about the same. */
const sameness = 0.75;
const minStems = 2;
const maxFindings = 10;

/** Demands that exclude each other, within the instructions and between them and the settings. */
export const contradictions: Rule = ({ config }) => {
  const statements = statementsOf(config.instructions);
  return [
    ...oppositesIn(statements),
    ...reversalsIn(statements),
    ...withSettings(config.knowledge, config.instructions),
  ].slice(0, maxFindings);
};

const finding = (detail: string, pointer = instructionsAt): Finding => ({
  rule: 'contradiction',
  severity: 'warning',
  detail,
  pointer,
});

const oppositesIn = (statements: readonly InstructionStatement[]): Finding[] =>
  opposites.flatMap(({ what, one, other }) => {
    const demands = statements.filter(({ forbids }) => !forbids);
    const first = demands.find(({ text }) => one.test(text));
    const second = demands.find((statement) => statement !== first && other.test(statement.text));
    return first === undefined || second === undefined
      ? []
      : [
          finding(
            `Two statements contradict each other about ${what}: ${quote(first.text)} and ${quote(second.text)}. Keep one of them.`,
          ),
        ];
  });

const reversalsIn = (statements: readonly InstructionStatement[]): Finding[] => {
  const prohibitions = statements.filter(({ forbids, stems }) => forbids && stems.size >= minStems);
  return prohibitions.flatMap((prohibition) => {
    const demand = statements.find(
      (one) => !one.forbids && one.stems.size >= minStems && likeness(one, prohibition) >= sameness,
    );
    return demand === undefined
      ? []
      : [
          finding(
            `${quote(demand.text)} demands what ${quote(prohibition.text)} forbids. Keep one of them.`,
          ),
        ];
  });
};

const onlyDocuments =
  /\bonly (?:from|on|use|with)\b[^.\n]{0,40}\b(?:documents?|knowledge base|files|passages)\b|\b(?:nur|ausschließlich)\b[^.\n]{0,40}\b(?:Dokument|Unterlage)/iu;
const generalKnowledge =
  /\b(?:use|from|with) (?:your )?(?:own |general |world )+knowledge\b|\ballgemeinwissen\b/iu;

function withSettings(
  { scope }: { readonly scope: 'only' | 'first' | 'general' },
  instructions: string,
): Finding[] {
  const at = '/config/knowledge/scope';
  if (scope === 'general' && onlyDocuments.test(instructions))
    return [
      finding(
        'The instructions allow answers from the documents only, and `knowledge.scope` is `general`. Set it to `only`.',
        at,
      ),
    ];
  const isDemanded = statementsOf(instructions).some(
    ({ text, forbids }) => !forbids && generalKnowledge.test(text),
  );
  return scope === 'only' && isDemanded
    ? [
        finding(
          'The instructions ask for general knowledge, and `knowledge.scope` is `only`. Set it to `first` or `general`.',
          at,
        ),
      ]
    : [];
}
