import { readFileSync } from 'node:fs';

/** A block fenced as `sh` in a Markdown file. */
export interface ShellBlock {
  /** `docs/guides/tools.md:12`, the line of the fence. */
  readonly place: string;
  readonly text: string;
  /** True after `<!-- run in the background -->`: a service that later blocks call. */
  readonly background: boolean;
  /** The reason in `<!-- not run: reason -->` before the block, otherwise null. */
  readonly not_run: string | null;
}

const fence = /(?:^<!-- ([^\n]*?) -->\n)?^```(\w*)\n(.*?)^```$/gms;

/** Returns the shell blocks of a file in their order. Throws on an unknown comment before a block. */
export function shellBlocksOf(file: string): ShellBlock[] {
  const markdown = readFileSync(file, 'utf8');
  return [...markdown.matchAll(fence)].flatMap(
    ([whole, comment = '', language = '', text = ''], index, all) => {
      const start = all[index]?.index ?? 0;
      const line = markdown.slice(0, start + whole.indexOf('```')).split('\n').length;
      const place = `${file}:${line}`;
      if (/^(?:bash|shell|console|zsh)$/.test(language))
        throw new Error(`${place}: shell blocks are fenced as "sh", so that they are run.`);
      if (language !== 'sh') return [];
      const not_run = /^not run: (.+)$/.exec(comment)?.[1] ?? null;
      const background = comment === 'run in the background';
      if (comment !== '' && not_run === null && !background)
        throw new Error(`${place}: unknown comment "${comment}".`);
      return [{ place, text, background, not_run }];
    },
  );
}

/** Waits for the port that the service in the block listens on. */
const waitFor = (text: string): string => {
  const port = /(?:\.listen\(|PORT=)(\d+)/.exec(text)?.[1];
  if (port === undefined) throw new Error(`The block does not listen on a port: ${text}`);
  return `until (exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null; do sleep 0.05; done`;
};

/**
 * Returns one bash script of all blocks that run. It stops at the first command that fails, and at the first
 * HTTP status of 400 or above, and names the block on stderr.
 */
export function scriptOf(blocks: readonly ShellBlock[]): string {
  const steps = blocks
    .filter(({ not_run }) => not_run === null)
    .map(({ place, text, background }) =>
      background
        ? `place=${place}\n${text.trimEnd()} >/dev/null 2>&1 &\nstarted+=($!)\n${waitFor(text)}`
        : `place=${place}\n${text}`,
    );
  return [
    'set -Eeo pipefail',
    `curl() { command curl --fail-with-body --show-error --max-time 60 --noproxy '*' "$@"; }`,
    `trap 'echo "$place: failed: $BASH_COMMAND" >&2' ERR`,
    'started=()',
    `trap 'for pid in "\${started[@]}"; do kill $pid; done' EXIT`,
    ...steps,
  ].join('\n');
}
