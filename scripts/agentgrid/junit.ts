import { writeFileSync } from 'node:fs';
import { plain } from './output.ts';
import type { Check } from './scores.ts';

const xmlText = (text: string) =>
  plain(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    // Not allowed in XML, even as references.
    .replaceAll(/[\ufffe\uffff]|\p{Cs}/gu, '\ufffd');

/** Writes checks as JUnit XML: a suite for each agent, a case for each score. */
export function writeJunit(
  path: string,
  checks: readonly Check[],
  redact: (text: string) => string,
): void {
  const suites = [...Map.groupBy(checks, ({ agent }) => agent)].map(([agent, list]) => {
    const failed = list.filter(({ passed }) => !passed).length;
    const cases = list.map((check) => {
      const { target, scorer, score, threshold, cases: count, passed } = check;
      const head = `    <testcase classname="${xmlText(`${agent}.${target}`)}" name="${xmlText(scorer)}"`;
      const says = `Score ${score ?? 'not measured'} over ${count} cases, threshold ${threshold ?? 'none'}.`;
      return passed
        ? `${head}><system-out>${xmlText(says)}</system-out></testcase>`
        : `${head}><failure message="${xmlText(says)}"/></testcase>`;
    });
    return [
      `  <testsuite name="${xmlText(agent)}" tests="${list.length}" failures="${failed}">`,
      ...cases,
      '  </testsuite>',
    ].join('\n');
  });
  const failures = checks.filter(({ passed }) => !passed).length;
  writeFileSync(
    path,
    redact(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        `<testsuites name="agentgrid" tests="${checks.length}" failures="${failures}">`,
        ...suites,
        '</testsuites>',
        '',
      ].join('\n'),
    ),
  );
}
