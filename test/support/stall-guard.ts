import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Longer than any test may take. */
const limit_ms = 4 * 60_000;
/** EX_TEMPFAIL of sysexits.h: no test failed; the run can be repeated. */
const exitCode = 75;

/**
 * Ends a test run without progress for too long, and prints the unfinished files. A worker whose runtime no longer
 * responds does not fire timeouts of tests either, so the run would never end.
 */
export class StallGuard implements Reporter {
  readonly #unfinished = new Map<string, string>();
  #last_progress_at = Date.now();
  #timer: NodeJS.Timeout | undefined;

  onTestRunStart(): void {
    this.#last_progress_at = Date.now();
    this.#timer = setInterval(() => this.#look(), 5000);
  }

  onTestModuleStart({ moduleId }: TestModule): void {
    this.#hear(moduleId, 'no test yet');
  }

  onTestCaseReady({ module, fullName }: TestCase): void {
    this.#hear(module.moduleId, `in: ${fullName}`);
  }

  onTestCaseResult({ module, fullName }: TestCase): void {
    this.#hear(module.moduleId, `after: ${fullName}`);
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    this.#last_progress_at = Date.now();
    this.#unfinished.delete(moduleId);
  }

  onTestRunEnd(): void {
    clearInterval(this.#timer);
  }

  #hear(file: string, where: string): void {
    this.#last_progress_at = Date.now();
    this.#unfinished.set(file, where);
  }

  #look(): void {
    if (Date.now() - this.#last_progress_at < limit_ms) return;
    const files = [...this.#unfinished].map(([file, where]) => `  ${file}\n    ${where}`);
    console.error(
      `No progress for ${limit_ms / 60_000} minutes. Unfinished files:\n${files.join('\n')}`,
    );
    process.exit(exitCode);
  }
}
