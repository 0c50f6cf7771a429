// Output of the demos.
import type { FileStatus } from './sample.ts';

export const step = (text: string) => console.log(`\n▸ ${text}`);
export const shorten = (text: string, length = 160) =>
  (text.length > length ? `${text.slice(0, length - 1)}…` : text).replaceAll(/\s+/g, ' ');
export const cost = (cost_usd: number | null) =>
  cost_usd === null ? 'cost unknown' : `$${cost_usd}`;

interface Cited {
  readonly file_name: string;
  readonly page: number | null;
  readonly quote: string;
}

export function printCitations(citations: readonly Cited[]): void {
  for (const { file_name, page, quote } of citations) {
    console.log(`    ${file_name}${page === null ? '' : `, page ${page}`}: “${shorten(quote)}”`);
  }
}

/** Updates one line in place; without a terminal, prints one line for each change. */
let shown = '';
export function showProgress(files: readonly FileStatus[]): void {
  const line = files.map(
    ({ name, status, progress }) =>
      `${name}: ${status}${progress > 0 && progress < 1 ? ` ${Math.round(progress * 100)} %` : ''}`,
  );
  const text = `  ${line.sort().join(' · ')}`;
  if (text === shown) return;
  process.stdout.write(
    process.stdout.isTTY ? `\r\x1b[K${text}` : `${shown === '' ? '' : '\n'}${text}`,
  );
  shown = text;
}
