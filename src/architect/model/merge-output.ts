import type { Draft, Finding } from '../../db/schema/architect.ts';
import type { Catalog } from '../catalog.ts';
import type { ModelDraft } from './output.ts';

/** The model's answer as a draft, before it is checked. */
export interface Merged {
  readonly draft: Draft;
  /** What was left out since it does not exist. */
  readonly findings: readonly Finding[];
}

const maxTestQuestions = 12;
const limits = { name: 100, description: 2000, instructions: 40_000, text: 2000, question: 300 };

/**
 * Merges the fields that a model wrote into a draft. Tools and knowledge bases exist, texts have their maximum lengths. `kept` are bases
 * that the draft never loses.
 */
export function mergeOutput(
  before: Draft,
  output: ModelDraft,
  catalog: Catalog,
  kept: readonly string[],
): Merged {
  const tools = existing(output.tools, new Set(catalog.tools.map(({ name }) => name)));
  const bases = existing(output.base_ids, new Set([...catalog.bases.map(({ id }) => id), ...kept]));
  const base_ids = bases.known && [...new Set([...kept, ...bases.known])].slice(0, 9);
  return {
    draft: {
      name: cut(output.name, limits.name) ?? before.name,
      description: cut(output.description, limits.description) ?? before.description,
      config: mergeConfig(before.config, output, { tools: tools.known, base_ids }),
      test_questions: testQuestions(output) ?? before.test_questions,
    },
    findings: [
      ...reportUnknown(tools.unknown, 'tools', '/config/tools'),
      ...reportUnknown(bases.unknown, 'knowledge bases', '/config/knowledge/base_ids'),
    ],
  };
}

function existing(names: readonly string[] | null | undefined, known: ReadonlySet<string>) {
  if (names == null) return { known: null, unknown: [] };
  const all = [...new Set(names)];
  return {
    known: all.filter((name) => known.has(name)),
    unknown: all.filter((name) => !known.has(name)),
  };
}

function reportUnknown(names: readonly string[], what: string, pointer: string): Finding[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 5).map((name) => name.slice(0, 64));
  const detail = `The architect named ${what} that do not exist: ${shown.join(', ')}. They were left out.`;
  return [{ rule: 'unknown_reference', severity: 'warning', detail, pointer }];
}

function mergeConfig(
  before: Draft['config'],
  output: ModelDraft,
  { tools, base_ids }: { tools: readonly string[] | null; base_ids: readonly string[] | null },
): Draft['config'] {
  const { knowledge = {}, settings = {} } = before as Record<string, Record<string, unknown>>;
  const search = given({
    base_ids,
    scope: output.scope,
    top_k: output.top_k,
    rewrite_query: output.rewrite_query,
    no_answer: cut(output.no_answer, limits.text),
  });
  const { temperature } = output;
  return {
    ...before,
    ...given({
      instructions: cut(output.instructions, limits.instructions),
      welcome_message: cut(output.welcome_message, limits.text),
      starter_questions: questions(output.starter_questions)?.slice(0, 6),
      tools,
      inputs: output.inputs?.slice(0, 20).map(({ name, label, required = false }) => ({
        ...{ type: 'text', name, label: label.slice(0, 200), required },
        default: null,
      })),
    }),
    knowledge: { ...knowledge, ...search },
    ...(temperature == null ? {} : { settings: { ...settings, temperature } }),
  };
}

const given = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));

/** Returns a text without NUL and lone surrogates, cut to its maximum; null for an empty one. */
function cut(text: string | null | undefined, max: number): string | null {
  const clean = text?.replaceAll('\0', '').toWellFormed().trim().slice(0, max).toWellFormed() ?? '';
  return clean === '' ? null : clean;
}

const questions = (texts: readonly string[] | null | undefined): string[] | undefined =>
  texts == null
    ? undefined
    : [...new Set(texts.flatMap((text) => cut(text, limits.question) ?? []))];

function testQuestions({ test_questions }: ModelDraft): Draft['test_questions'] | null {
  if (test_questions == null) return null;
  const clean = test_questions.flatMap(({ question, expects }) => {
    const text = cut(question, limits.question);
    return text === null ? [] : [{ question: text, expects }];
  });
  return [...new Map(clean.map((one) => [one.question, one])).values()].slice(0, maxTestQuestions);
}
