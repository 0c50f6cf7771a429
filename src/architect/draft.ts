import {
  type AgentConfig,
  type AgentConfigPatch,
  CreateAgent,
  previewAgent,
} from '../agents/index.ts';
import type { Draft, Finding } from '../db/schema/architect.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure, type Violation } from '../shared/failure.ts';
import type { ToolPin } from '../tools/index.ts';
import { initialName } from './builtin/compose.ts';
import type { Catalog } from './catalog.ts';
import { lintConfig } from './lint/index.ts';

/** A draft that can be created as it is, with what was removed from it and what the rules say about it. */
export interface CheckedDraft {
  readonly draft: Draft;
  readonly config: AgentConfig;
  readonly tools: readonly ToolPin[];
  readonly findings: readonly Finding[];
}

/** Corrections of one draft; each removes or replaces at least one value. */
const maxCorrections = 60;
const maxFindings = 40;

/**
 * Checks a draft like the request that would create it. Whatever would be refused is removed and reported, so that the
 * draft is valid at every step.
 */
export async function checkDraft(ctx: Ctx, given: Draft, catalog: Catalog): Promise<CheckedDraft> {
  let draft = given;
  const removed: Finding[] = [];
  for (let attempt = 0; attempt <= maxCorrections; attempt += 1) {
    const outcome = await tryDraft(ctx, draft);
    if ('config' in outcome) {
      const { config, tools } = outcome;
      const named = catalog.tools.filter(({ name }) => config.tools.includes(name));
      const linted = lintConfig({ config: withBases(config, draft), tools: named });
      return { draft, config, tools, findings: [...removed, ...linted].slice(0, maxFindings) };
    }
    for (const violation of outcome.violations.toReversed()) {
      draft = corrected(draft, violation);
      removed.push(reportOf(violation));
    }
  }
  throw new Error('a draft could not be corrected');
}

/** A new agent always searches its own base. */
const withBases = (config: AgentConfig, { config: patch }: Draft): AgentConfig => {
  const { base_ids } = config.knowledge;
  const hasNone = base_ids.length === 0 && !('base_ids' in ((patch.knowledge as object) ?? {}));
  return hasNone ? { ...config, knowledge: { ...config.knowledge, base_ids: ['own'] } } : config;
};

type Outcome =
  | { readonly config: AgentConfig; readonly tools: readonly ToolPin[] }
  | { readonly violations: readonly Violation[] };

async function tryDraft(ctx: Ctx, { name, description, config }: Draft): Promise<Outcome> {
  const parsed = CreateAgent.safeParse({ name, description, config });
  if (!parsed.success)
    return {
      violations: parsed.error.issues.map(({ path, message }) => ({
        pointer: `/${path.map(String).join('/')}`,
        detail: message,
      })),
    };
  try {
    return await previewAgent(ctx, parsed.data.config);
  } catch (error) {
    if (!(error instanceof Failure) || error.options.errors === undefined) throw error;
    return { violations: error.options.errors };
  }
}

const reportOf = ({ pointer, detail }: Violation): Finding => ({
  rule: 'invalid_value',
  severity: 'warning',
  detail: `${detail} The value was removed or corrected.`,
  pointer,
});

/** Returns the draft without the value of a violation. A variable without a field gets one. */
function corrected(draft: Draft, { pointer, detail }: Violation): Draft {
  const [root = '', ...path] = pointer.split('/').slice(1);
  if (root === 'name') return { ...draft, name: initialName };
  if (root === 'description') return { ...draft, description: '' };
  const [, variable] = /^\{\{(\w+)\}\}/.exec(detail) ?? [];
  if (variable !== undefined) return withInput(draft, variable);
  if (path.length === 0) return { ...draft, config: withoutUnknown(draft.config, detail) };
  return { ...draft, config: without(draft.config, path) as Draft['config'] };
}

const withInput = (draft: Draft, name: string): Draft => {
  const inputs = (draft.config.inputs as AgentConfigPatch['inputs']) ?? [];
  const field = { type: 'text' as const, name, label: name, required: false, default: null };
  const isFull = inputs.length >= 50;
  return isFull
    ? { ...draft, config: { ...draft.config, instructions: '' } }
    : { ...draft, config: { ...draft.config, inputs: [...inputs, field] } };
};

/** Removes the fields that an error names in quotes; all of them if it names none. */
function withoutUnknown(config: Draft['config'], detail: string): Draft['config'] {
  const names = new Set([...detail.matchAll(/["'`]([\w-]+)["'`]/g)].map(([, name]) => name));
  const left = Object.entries(config).filter(([name]) => !names.has(name));
  return left.length === Object.keys(config).length ? {} : Object.fromEntries(left);
}

/** Returns a copy without the value at a path, or without the nearest value that is there. */
function without(value: unknown, [key = '', ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) {
    // An item is removed as a whole, also for an error within it.
    const index = Number(key);
    return value.filter((_, position) => position !== index);
  }
  if (!isObject(value)) return undefined;
  const { [key]: inner, ...others } = value;
  if (rest.length === 0 || inner === null || typeof inner !== 'object') return others;
  const left = without(inner, rest);
  const isUnchanged = JSON.stringify(left) === JSON.stringify(inner);
  return left === undefined || isUnchanged ? others : { ...others, [key]: left };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
