export interface Line {
  readonly text: string;
  readonly figures: readonly (string | number)[];
  readonly holds: boolean;
}

/** Prints a table; a line whose claim does not hold makes the exit code 1. */
export function printTable(title: string, heads: readonly string[], lines: readonly Line[]): void {
  console.log(`\n${title}`);
  const print = (text: string, figures: readonly (string | number)[], end: string) =>
    console.log(
      `  ${text.padEnd(50)}${figures.map((figure) => String(figure).padStart(12)).join('')}  ${end}`,
    );
  print('', heads, '');
  for (const { text, figures, holds } of lines) {
    print(text, figures, holds ? 'holds' : 'FAILS');
    if (!holds) process.exitCode = 1;
  }
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
