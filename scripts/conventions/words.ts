import { readText, type Source, type Text } from './source.ts';

/**
 * Folders and pages whose texts have been revised (docs/decisions/0046-checks-of-wording.md). Paths
 * are added and never removed, until the list is `src`, `test`, `scripts`, `docs` and `README.md`.
 */
const revised: readonly string[] = [
  'README.md',
  'docs/architecture.md',
  'docs/contributing',
  'docs/decisions',
  'docs/glossary.md',
  'docs/guides',
  'docs/internals',
  'docs/performance.md',
  'docs/streams.md',
  'scripts',
  'src/agents',
  'src/analytics',
  'src/budgets',
  'src/db',
  'src/documents',
  'src/erasure',
  'src/execution',
  'src/features.ts',
  'src/http',
  'src/identity',
  'src/jobs',
  'src/knowledge',
  'src/llm',
  'src/models',
  'src/notifications',
  'src/observability',
  'src/platform',
  'src/protocols',
  'src/runs',
  'src/secrets',
  'src/sessions',
  'src/shared',
  'src/tools',
  'src/usage',
  'src/workspaces',
  'test/conformance',
  'test/cost',
  'test/db',
  'test/execution',
  'test/faults',
  'test/http',
  'test/llm',
  'test/node',
  'test/observability',
  'test/openapi',
  'test/platform',
  'test/protocols',
  'test/runs',
  'test/support',
  'test/tools',
  'test/usage',
  'test/workspaces',
];

/** A doc comment states a contract in a whole sentence instead of naming a thing by a subordinate clause. */
const openings = /^(?:What|Of|Whether|Whose|Those (?:that|which|who|of)|Who) /;

/** Wording to avoid, with what to write instead. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\bis not one of this list\b|\bnone of this list\b/i, 'invalid'],
  [/\bcannot go\b|\bcan not go\b/i, 'the specific verb: cannot be deleted, cannot be revoked'],
  [
    /\bgo(?:es)? with (?:its|it|one|a|the|no|another)\b|\bdo(?:es)? not go with\b/i,
    'match, is allowed with',
  ],
  [/\bgo(?:es)? on\b|\bwent on\b|\bgoing on\b/i, 'continue'],
  [
    /\b(?:is|are|was|were|be|been|being) told\b|\btells? (?:it|them|of|the rest)\b/i,
    'replayed, reported, written',
  ],
  [
    /\b(?:is|are|was|were|be|been|being) (?:asked|said|heard)\b/i,
    'requested, called, stated, received',
  ],
  [/\bhas no such\b|\bhave no such\b|\bis no such\b/i, 'does not exist'],
  [
    /\bthat (?:is|are) ours\b|\ba reason of ours\b|\bfault of ours\b|\bof ours\b/i,
    'internal, of this deployment',
  ],
  [/\bcan(?:not)? be had\b/i, 'supported, available'],
  [/\bfit together\b/i, 'consistent'],
  [
    /\bis of no\b|\bare of no\b|\bis no (?!longer|more than|less|fewer|greater)[a-z]+(?: of)?\b/i,
    'is not a',
  ],
  [/\bbegin like\b|\bas good as\b|\bas far as it got\b/i, 'a plain statement'],
  [/\bno more\b(?! than)/i, 'no longer'],
  [/\b(?:is|are) the most\b|\bat the most\b/i, 'the maximum is, at most'],
  [/\bmeanwhile\b/i, 'concurrently, in the meantime'],
  [/\ball the same\b/i, 'anyway, still'],
  [/\bgoes? round\b|\bgoing round\b/i, 'repeats, iterates'],
  [/\bgives? up\b|\bgave up\b|\bgiving up\b/i, 'stops after the last attempt'],
  [/\bthe money\b|\bmoney of its own\b/i, 'the amount, the budget'],
  [/\bsays (?:nothing|so|no|what|how|which|of)\b/i, 'specifies, contains'],
  [/^Say (?:what|which|how|who)\b/, 'the field to set'],
  [/\bwhat (?:it|they) (?:is|are) (?:of|for|about)\b/i, 'the noun'],
  [/\bwhat (?:there is|is there|was there|came|comes)\b/i, 'the noun'],
  [/\bwhat people thought\b|\bpeople think\b/i, 'feedback'],
  [/\bin its place\b|\bin their place\b/i, 'instead of, replaces'],
  [/\bno matter\b|\bof no matter\b|\bwhatever becomes of\b|\bbecomes? of\b/i, 'a plain statement'],
];

/** Returns the wording of a text that should be replaced, with the replacement. */
function wordingFaults(text: string, kind: 'comment' | 'string'): string[] {
  const found = phrases.flatMap(([pattern, use]) => {
    const [match] = pattern.exec(text) ?? [];
    return match === undefined ? [] : [`“${match}” (use: ${use})`];
  });
  const [opening] = openings.exec(text) ?? [];
  // A string that opens with one of these is a description when it has several words and is not a question.
  // A string with such an opening is a description if it is a sentence of several words and not a question.
  const isDescription = text.split(' ').length > 2 && !text.endsWith('?');
  const isOpening = opening !== undefined && (kind === 'comment' || isDescription);
  return isOpening
    ? [`the opening “${opening.trim()} …” (use: a whole sentence)`, ...found]
    : found;
}

const faultsOf = (file: string, { line, value }: Text, kind: 'comment' | 'string'): string[] =>
  // A text without a space is a name or a path.
  value.includes(' ') ? wordingFaults(value, kind).map((fault) => `${file}:${line} ${fault}`) : [];

/** Reports the wording to replace in comments and strings of one file. */
export const wordsOfSource = ({ file, comments, strings }: Source): string[] => [
  ...comments.flatMap((comment) => faultsOf(file, comment, 'comment')),
  ...strings.flatMap((text) => faultsOf(file, text, 'string')),
];

/** Reports the wording to replace in a Markdown page, line by line. */
export const wordsOfPage = (file: string, markdown: string): string[] =>
  markdown
    .split('\n')
    .flatMap((value, index) => faultsOf(file, { line: index + 1, value }, 'comment'));

/** The check itself and its test quote the wording. */
const quoting = /\/conventions(?:\/words|\.test)\.ts$/;

const isRevised = (file: string): boolean =>
  !quoting.test(file) && revised.some((path) => file === path || file.startsWith(`${path}/`));

/** Reports wording to replace in the folders and pages that have been revised. */
export const checkWords = (sources: readonly Source[], pages: readonly string[]): string[] => [
  ...sources.filter(({ file }) => isRevised(file)).flatMap(wordsOfSource),
  ...pages.filter(isRevised).flatMap((page) => wordsOfPage(page, readText(page))),
];
