import { type Output, plain } from './output.ts';
import type { AgentPlan, Change, WholePlan } from './plan.ts';
import type { Comparison } from './scores.ts';

/** Unchanged lines that are shown around a change of the instructions. */
const context = 2;
const maxLines = 400;
/** GitHub takes comments of 65,536 characters. */
const maxMarkdownChars = 60_000;

interface Line {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

/** The lines of a change: fields, instructions, tools and knowledge. */
export function linesOf({ action, plan, file }: Change): Line[] {
  if (plan === null) {
    const about = JSON.stringify(file.manifest, null, 2).split('\n');
    return action === 'create' ? about.map((text) => ({ sign: '+', text: plain(text) })) : [];
  }
  const show = (value: unknown) => plain(JSON.stringify(value));
  const names = (sign: Line['sign'], what: string, list: readonly string[]): Line[] =>
    list.map((name) => ({ sign, text: `${what} ${plain(name)}` }));
  const bases = (list: readonly { readonly name: string | null }[]) =>
    list.map(({ name }) => name ?? 'that was deleted');
  return [
    ...plan.fields.flatMap(({ field, from, to }): Line[] => [
      { sign: '-', text: `${field}: ${show(from)}` },
      { sign: '+', text: `${field}: ${show(to)}` },
    ]),
    ...plan.summary
      .filter((line) => !/^(?:tools|knowledge\.base_ids): /.test(line))
      .map((text): Line => ({ sign: ' ', text: plain(text) })),
    ...instructionLines(plan),
    ...names('-', 'tool', plan.tools.removed),
    ...names('+', 'tool', plan.tools.added),
    ...names(' ', 'newer revision of tool', plan.tools.updated),
    ...names('-', 'knowledge base', bases(plan.knowledge_bases.removed)),
    ...names('+', 'knowledge base', bases(plan.knowledge_bases.added)),
  ].slice(0, maxLines);
}

function instructionLines({ instructions }: AgentPlan): Line[] {
  if (instructions.every(({ type }) => type === 'same')) return [];
  return instructions.flatMap(({ type, lines }, index): Line[] => {
    if (type !== 'same')
      return lines.map((text) => ({
        sign: type === 'added' ? '+' : '-',
        text: `| ${plain(text)}`,
      }));
    const head = index === 0 ? [] : lines.slice(0, context);
    const tail =
      index === instructions.length - 1
        ? []
        : lines.slice(Math.max(head.length, lines.length - context));
    const gap = lines.length > head.length + tail.length ? ['…'] : [];
    return [...head, ...gap, ...tail].map((text) => ({ sign: ' ', text: `| ${plain(text)}` }));
  });
}

const usd = (value: number | null): string =>
  value === null ? 'unknown' : `$${value.toFixed(value !== 0 && Math.abs(value) < 1 ? 4 : 2)}`;

/** One line with what last week's traffic cost and would cost. */
function costLine({ cost }: AgentPlan): string {
  const { last_week_usd: before, forecast_usd: after, calls } = cost;
  if (calls === 0) return 'Cost: no model calls in the last 7 days.';
  const share =
    before === null || after === null || before === 0
      ? ''
      : `, ${after >= before ? '+' : ''}${(((after - before) / before) * 100).toFixed(1)} %`;
  return `Cost of last week's ${calls} calls: ${usd(before)} -> ${usd(after)}${share}`;
}

export function titleOf({ file, action, plan }: Change): string {
  if (action === 'create') return `${file.slug}: will be created`;
  if (action === 'none') return `${file.slug}: no changes`;
  return plan?.creates_version
    ? `${file.slug}: version ${plan.from.number} will be followed by a new one`
    : `${file.slug}: its fields change, and no version is made`;
}

export function showPlan(
  output: Output,
  { changes, hash }: WholePlan,
  comparisons: ReadonlyMap<string, Comparison>,
): void {
  for (const change of changes) {
    output.line(output.paint('bold', titleOf(change)));
    for (const { sign, text } of linesOf(change)) {
      const line = `  ${sign} ${text}`;
      output.line(
        sign === '+'
          ? output.paint('green', line)
          : sign === '-'
            ? output.paint('red', line)
            : line,
      );
    }
    const { plan } = change;
    if (plan !== null && change.action !== 'none') {
      output.line(`  ${costLine(plan)}`);
      for (const assumption of plan.cost.assumptions)
        output.line(output.paint('dim', `    ${plain(assumption)}`));
      for (const [label, { number }] of Object.entries(plan.labels))
        output.line(output.paint('dim', `  Label ${label} stays at version ${number}.`));
    }
    for (const { detail } of change.warnings)
      output.line(output.paint('yellow', `  Warning: ${plain(detail)}`));
    for (const line of comparisons.get(change.file.slug)?.lines ?? []) output.line(`  ${line}`);
    output.line();
  }
  output.line(`Plan ${hash}`);
}

/** The plan as Markdown for a comment: a table, and the lines of each change. */
export function markdownOf(
  { changes, hash }: WholePlan,
  comparisons: ReadonlyMap<string, Comparison>,
): string {
  const cell = (text: string) =>
    plain(text).replaceAll('\n', ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const rows = changes.map((change) => {
    const { plan, file, action } = change;
    const cost =
      plan === null || plan.cost.calls === 0
        ? '–'
        : `${usd(plan.cost.last_week_usd)} → ${usd(plan.cost.forecast_usd)}`;
    const checks = comparisons.get(file.slug)?.short ?? '–';
    return `| ${cell(file.slug)} | ${action} | ${cost} | ${cell(checks)} |`;
  });
  const details = changes
    .filter(({ action }) => action !== 'none')
    .map((change) => {
      const lines = linesOf(change).map(({ sign, text }) => `${sign} ${text}`);
      const fence = '`'.repeat(
        Math.max(3, ...lines.map((line) => (/`+/.exec(line)?.[0].length ?? 0) + 1)),
      );
      const more = comparisons.get(change.file.slug)?.lines ?? [];
      return [
        `<details><summary>${cell(titleOf(change))}</summary>`,
        '',
        `${fence}diff`,
        ...lines,
        ...more,
        fence,
        '',
        ...change.warnings.map(({ detail }) => `- ⚠️ ${cell(detail)}`),
        ...(change.plan?.cost.assumptions ?? []).map((text) => `- ${cell(text)}`),
        '',
        '</details>',
      ].join('\n');
    });
  const head = [
    '### AgentGrid plan',
    '',
    "| agent | action | cost of last week's calls | evaluation |",
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
  let room = maxMarkdownChars - head.length;
  const shown = details.filter((text) => {
    room -= text.length + 1;
    return room > 0;
  });
  const left = details.length - shown.length;
  return [
    head,
    ...shown,
    ...(left === 0 ? [] : [`The details of ${left} agents are too long to be shown here.`]),
    '',
    `Plan \`${hash}\``,
    '',
  ].join('\n');
}
