import { type Argument, type Expression, parseSync, Visitor } from 'oxc-parser';
import { lineCounter, readText, type Source } from './source.ts';

/**
 * Waits of tests must say how long: Vitest waits for one second otherwise, which is
 * too short on a busy machine. `expect.poll` has its limit in vitest.config.ts.
 */
export const checkWaits = (sources: readonly Source[]): string[] =>
  sources
    .filter(({ file }) => file.startsWith('test/'))
    .flatMap(({ file }) =>
      waitsWithoutLimit(file).map((line) => `${file}:${line} a wait has no timeout`),
    );

function waitsWithoutLimit(file: string): number[] {
  const text = readText(file);
  const lineAt = lineCounter(text);
  const lines: number[] = [];
  new Visitor({
    CallExpression: ({ callee, arguments: [, options], start }) => {
      if (isWait(callee) && !hasTimeout(options)) lines.push(lineAt(start));
    },
  }).visit(parseSync(file, text).program);
  return lines;
}

const hasTimeout = (options: Argument | undefined): boolean =>
  options?.type === 'ObjectExpression'
    ? options.properties.some(
        (one) =>
          one.type === 'Property' && one.key.type === 'Identifier' && one.key.name === 'timeout',
      )
    : options !== undefined;

const isWait = (callee: Expression): boolean =>
  callee.type === 'MemberExpression' &&
  callee.object.type === 'Identifier' &&
  callee.object.name === 'vi' &&
  callee.property.type === 'Identifier' &&
  ['waitUntil', 'waitFor'].includes(callee.property.name);
