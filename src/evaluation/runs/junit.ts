import type { EvaluationResult, TargetSummary } from './schema.ts';
import type { EvaluationRow } from './store.ts';

const maxNameChars = 200;

/** Characters that XML 1.0 does not allow, and unpaired surrogates, are removed. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML has no form for.
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\r\n]/g, (space) => `&#${space.charCodeAt(0)};`);

const nameOf = ({ label, id }: EvaluationRow): string => (label === '' ? id : label);

export const openSuites = (row: EvaluationRow): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escaped(nameOf(row))}">\n`;
export const closeSuites = '</testsuites>\n';

/** The element of a target; a case that was not run counts as an error. */
export function openSuite(row: EvaluationRow, target: number): string {
  const { number, draft } = row.targets[target] ?? { number: 0, draft: null };
  const name = draft === null ? `version ${number}` : `draft on version ${number}`;
  const tests = row.case_count * row.repetitions;
  const summary = row.summary?.[target] as TargetSummary | undefined;
  const open = tests - (summary?.done ?? 0);
  return `  <testsuite name="${name}" id="${target}" tests="${tests}" errors="${open}" timestamp="${new Date(row.created_at).toISOString()}">\n`;
}
export const closeSuite = '  </testsuite>\n';

/** Returns a test case. It fails with the scorers that it did not pass, and is an error when its run did not complete. */
export function toTestCase(result: EvaluationResult): string {
  const { input, case_id, repetition, latency_ms, passed, state } = result;
  const about = (input ?? case_id).slice(0, maxNameChars);
  const name = repetition === 0 ? about : `${about} (repetition ${repetition + 1})`;
  const time = latency_ms === null ? '' : ` time="${(latency_ms / 1000).toFixed(3)}"`;
  const open = `    <testcase name="${escaped(name)}" classname="${case_id}"${time}`;
  const inner = state === 'done' ? innerOf(result) : '<error message="The case was not run."/>';
  return passed === true || inner === '' ? `${open}/>\n` : `${open}>${inner}</testcase>\n`;
}

function innerOf({ outcome, error, passed, scores, answer }: EvaluationResult): string {
  if (outcome === 'cancelled')
    return `<skipped message="${escaped(error?.detail ?? 'Cancelled.')}"/>`;
  if (outcome !== 'completed' && passed !== true)
    return `<error type="${escaped(error?.code ?? outcome ?? '')}" message="${escaped(error?.detail ?? `The run is ${outcome}.`)}"/>`;
  const failed = scores.filter((one) => one.passed === false);
  if (failed.length === 0) return '';
  const message = failed.map(({ name, reason }) => `${name}: ${reason ?? 'not passed'}`).join(' ');
  return `<failure type="${escaped(failed.map(({ name }) => name).join(' '))}" message="${escaped(message)}">${escaped(answer ?? '')}</failure>`;
}
