import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Longer than any test takes. */
const testPatienceMs = 4 * 60_000;
/** Longer than the runner takes from the end of one file to the start of the next, also on a busy machine. */
const startPatienceMs = 40_000;
/** EX_TEMPFAIL of sysexits.h: no test has failed, and the run may be repeated. */
const exitCode = 75;

/**
 * Ends a run that makes no progress: no file is unfinished and none starts, also after the last one, or the
 * runtime stops answering within a file, where no timeout of a test fires either. The one known cause is
 * avoided in setup.ts. Finished files are appended to `TEST_PROGRESS`, by which scripts/run-tests.ts continues.
 */
export class StallGuard implements Reporter {
  readonly #unfinished = new Map<string, string>();
  #progress_at = Date.now();
  #hasStarted = false;
  /** The default reporter writes them at the end, which an ended run does not reach. */
  readonly #failures: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  onTestRunStart(): void {
    this.#progress_at = Date.now();
    this.#timer = setInterval(() => this.#check(), 3000).unref();
  }

  onTestModuleStart({ moduleId }: TestModule): void {
    this.#hasStarted = true;
    this.#note(moduleId, 'no test yet');
  }

  onTestCaseReady({ module, fullName }: TestCase): void {
    this.#note(module.moduleId, `in: ${fullName}`);
  }

  onTestCaseResult(test: TestCase): void {
    const { module, fullName } = test;
    this.#note(module.moduleId, `after: ${fullName}`);
    for (const { stack, message } of test.result().errors ?? [])
      this.#failures.push(`${module.relativeModuleId} > ${fullName}\n${stack ?? message}`);
  }

  onTestModuleEnd(module: TestModule): void {
    this.#progress_at = Date.now();
    this.#unfinished.delete(module.moduleId);
    const { TEST_PROGRESS: path } = process.env;
    const state = module.ok() ? 'passed' : 'failed';
    if (path !== undefined) appendFileSync(path, `${state} ${module.relativeModuleId}\n`);
  }

  onTestRunEnd(): void {
    this.#progress_at = Date.now();
    this.#unfinished.clear();
  }

  #note(file: string, where: string): void {
    this.#progress_at = Date.now();
    this.#unfinished.set(file, where);
  }

  #check(): void {
    const isBetweenFiles = this.#hasStarted && this.#unfinished.size === 0;
    const patience = isBetweenFiles ? startPatienceMs : testPatienceMs;
    if (Date.now() - this.#progress_at < patience) return;
    const files = [...this.#unfinished].map(([file, where]) => `  ${file}\n    ${where}`);
    console.error(
      `No progress for ${patience / 1000} s. Unfinished files: ${files.length}\n${files.join('\n')}`,
    );
    for (const failure of this.#failures) console.error(`FAILED ${failure}`);
    clearInterval(this.#timer);
    process.exit(exitCode);
  }
}
