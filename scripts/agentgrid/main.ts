import { writeFileSync } from 'node:fs';
import { explain, openApi } from './api.ts';
import { applyAll, readPlanHash, writePlanFile } from './apply.ts';
import { evaluate, type Session } from './evaluation.ts';
import { type ExitCode, exits, usageError } from './exit.ts';
import { exportAgents } from './export.ts';
import { writeJunit } from './junit.ts';
import { type ManifestFile, readManifests } from './manifests.ts';
import { help, type Options, readOptions } from './options.ts';
import { Output } from './output.ts';
import { hasChanges, planAll } from './plan.ts';
import type { Comparison } from './scores.ts';
import { linesOf, markdownOf, showPlan, titleOf } from './show-plan.ts';

/** Runs the command and returns its exit code. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  let output = new Output({ 'no-color': true, json: false });
  try {
    const options = readOptions(args);
    output = new Output(options);
    if (options.command === null) {
      output.line(help);
      return exits.ok;
    }
    return await run(options, output, stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) {
      output.note('Interrupted.');
      return exits.interrupted;
    }
    const { code, message } = explain(error);
    output.note(message);
    return code;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, stop);
  }
}

async function run(options: Options, output: Output, signal: AbortSignal): Promise<ExitCode> {
  const { command, targets, url, seconds } = options;
  const open = (by: AbortSignal) => openApi(url, by);
  if (command === 'export') {
    const written = await exportAgents(open(signal), output, targets, options);
    if (options.json) output.json({ written });
    return exits.ok;
  }
  const files = readManifests(targets, output);
  if (command === 'validate' && (process.env.AGENTGRID_API_KEY ?? '') === '')
    return validated(
      options,
      output,
      files,
      'The manifests can be read. Set AGENTGRID_API_KEY to check them against the workspace.',
    );
  const session: Session = {
    api: open(signal),
    cleanup: open(AbortSignal.timeout(60_000 + seconds * 1000)),
    output,
    signal,
    seconds,
  };
  if (command === 'eval') return runEvaluations(options, session, files);
  if (command === 'apply') readPlanHash(options.plan);
  const plan = await planAll(session.api, files);
  switch (command) {
    case 'validate':
      return validated(options, output, files, 'The manifests are valid.');
    case 'apply': {
      const done = await applyAll(session.api, output, plan, readPlanHash(options.plan), {
        activate: !options['no-activate'],
        label: options.label,
        reason: options.reason,
        override_reason: options['override-reason'],
      });
      if (options.json) output.json({ applied: done });
      else if (done.length === 0) output.line('No changes.');
      return done.some(({ warnings }) => warnings.length > 0) ? exits.checks_failed : exits.ok;
    }
    case 'diff':
      for (const change of plan.changes) {
        if (options.json) continue;
        output.line(output.paint('bold', titleOf(change)));
        for (const { sign, text } of linesOf(change)) output.line(`  ${sign} ${text}`);
      }
      if (options.json) output.json(toJson(plan, new Map()));
      return options['detailed-exitcode'] && hasChanges(plan) ? exits.changes_pending : exits.ok;
    default:
      return showWhole(options, session, plan);
  }
}

function validated(
  { json }: Options,
  output: Output,
  files: readonly ManifestFile[],
  says: string,
): ExitCode {
  if (json) output.json({ valid: true, agents: files.map(({ slug, path }) => ({ slug, path })) });
  else output.line(`${files.length} manifest${files.length === 1 ? '' : 's'}: ${says}`);
  return exits.ok;
}

type Whole = Awaited<ReturnType<typeof planAll>>;

async function showWhole(options: Options, session: Session, plan: Whole): Promise<ExitCode> {
  const { output } = session;
  const comparisons = new Map<string, Comparison>();
  if (options.eval)
    for (const { file, plan: planned, action } of plan.changes) {
      if (planned === null || action === 'none') continue;
      const versions = [String(planned.from.number)];
      const compared = await evaluate(session, file, { versions, config: planned.config });
      if (compared !== null) comparisons.set(file.slug, compared);
    }
  if (options.junit !== undefined) writeChecks(options.junit, output, comparisons);
  if (options.out !== undefined) writePlanFile(options.out, plan);
  if (options.markdown !== undefined)
    writeFileSync(options.markdown, output.redact(markdownOf(plan, comparisons)));
  if (options.json) output.json(toJson(plan, comparisons));
  else showPlan(output, plan, comparisons);
  if ([...comparisons.values()].some(({ passed }) => !passed)) return exits.checks_failed;
  return options['detailed-exitcode'] && hasChanges(plan) ? exits.changes_pending : exits.ok;
}

async function runEvaluations(
  options: Options,
  session: Session,
  files: readonly ManifestFile[],
): Promise<ExitCode> {
  const { output } = session;
  if (files.every(({ evaluation }) => evaluation === null))
    throw usageError('None of the manifests has a section "evaluation".');
  const comparisons = new Map<string, Comparison>();
  for (const file of files) {
    const versions = options.version === undefined ? {} : { versions: [options.version] };
    const compared = await evaluate(session, file, versions);
    if (compared === null) continue;
    comparisons.set(file.slug, compared);
    if (options.json) continue;
    output.line(output.paint('bold', file.slug));
    for (const line of compared.lines) output.line(`  ${line}`);
  }
  if (options.junit !== undefined) writeChecks(options.junit, output, comparisons);
  if (options.json) output.json({ evaluations: toJsonChecks(comparisons) });
  const passed = [...comparisons.values()].every((one) => one.passed);
  if (!passed) output.note('A score is below its threshold.');
  return passed ? exits.ok : exits.checks_failed;
}

type Comparisons = ReadonlyMap<string, Comparison>;

const writeChecks = (path: string, output: Output, comparisons: Comparisons) =>
  writeJunit(
    path,
    [...comparisons.values()].flatMap(({ checks }) => checks),
    (text) => output.redact(text),
  );

const toJsonChecks = (comparisons: Comparisons) =>
  [...comparisons].map(([slug, { evaluation_id, passed, checks }]) => ({
    slug,
    evaluation_id,
    passed,
    checks,
  }));

const toJson = ({ changes, hash }: Whole, comparisons: Comparisons) => ({
  hash,
  agents: changes.map(({ file, action, plan }) => ({ slug: file.slug, action, plan })),
  evaluations: toJsonChecks(comparisons),
});
