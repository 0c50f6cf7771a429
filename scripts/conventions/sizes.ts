import type { Source } from './source.ts';

/** Lines of a file, by folder. The target for `src` is 300. Schemas of database tables are exempt. */
const limits = { src: 540, test: 600, scripts: 560 } as const;
const exempt = /^src\/db\/schema\//;

/** The median file and the ninetieth percentile aimed at, and the longest function; see docs/architecture.md. */
export const targets = { median: 60, p90: 160, file: 300, function: 50 } as const;

/** Files must not be longer than their folder's limit. Biome limits the length of functions. */
export const checkSizes = (sources: readonly Source[]): string[] =>
  Object.entries(limits).flatMap(([folder, limit]) =>
    sources
      .filter(({ file, lines }) => file.startsWith(`${folder}/`) && lines > limit)
      .filter(({ file }) => !exempt.test(file))
      .map(({ file, lines }) => `${file} has ${lines} lines; the limit is ${limit}`),
  );

export interface Sizes {
  readonly files: number;
  readonly lines: number;
  readonly median: number;
  readonly p90: number;
  readonly longest: number;
  readonly longest_function: number;
}

/** Summarizes the sizes of some files, in lines. */
export function sizesOf(sources: readonly Source[]): Sizes {
  const lines = sources.map((source) => source.lines).sort((a, b) => a - b);
  const at = (share: number) => lines[Math.min(lines.length - 1, Math.floor(lines.length * share))];
  return {
    files: lines.length,
    lines: lines.reduce((sum, count) => sum + count, 0),
    median: at(0.5) ?? 0,
    p90: at(0.9) ?? 0,
    longest: lines.at(-1) ?? 0,
    longest_function: Math.max(
      0,
      ...sources.flatMap(({ functions }) => functions.map((f) => f.lines)),
    ),
  };
}

/** Lists the files and functions of `src` that are over the targets. */
export const overTarget = (sources: readonly Source[]): string[] =>
  sources
    .filter(({ file }) => !exempt.test(file))
    .flatMap(({ file, lines, functions }) => [
      ...(lines > targets.file ? [`${file}: ${lines} lines`] : []),
      ...functions
        .filter((found) => found.lines > targets.function)
        .map((found) => `${file}:${found.line}: a function of ${found.lines} lines`),
    ]);
