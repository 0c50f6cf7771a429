/** The exit codes of the command (docs/guides/ci.md). */
export const exits = {
  ok: 0,
  checks_failed: 1,
  usage: 2,
  changes_pending: 3,
  api: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exits)[keyof typeof exits];

/** Ends the command with a code and a message for people. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const usageError = (message: string) => new CommandError(exits.usage, message);
