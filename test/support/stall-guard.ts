import { appendFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** Longer than any test takes. */
const testPatienceMs = 4 * 60_000;
/** Longer than the runner takes from the end of one file to the start of the next, also on a busy machine. */
const startPatienceMs = 40_000;
/** EX_TEMPFAIL of sysexits.h: no test has failed, and the run may be repeated. */
const exitCode = 75;

type Failure = Pick<SerializedError, 'message' | 'stack'>;

function note(name: string, errors: readonly Failure[] = [], pages = ''): void {
  const { TEST_FAILURES: path } = process.env;
  if (path === undefined) return;
  for (const { stack, message } of errors)
    appendFileSync(path, `FAILED ${name}\n${stack ?? message}\n${pages}\n`);
}

/**
 * Ends a run that makes no progress: no file is unfinished and none starts, also after the last one, or the
 * runtime stops answering within a file, where no timeout of a test fires either. The one known cause is
 * avoided in setup.ts. Finished files are appended to `TEST_PROGRESS`, by which scripts/run-tests.ts continues, and failures
 * to `TEST_FAILURES`, which it prints at the end of a long output.
 */
export class StallGuard implements Reporter {
  readonly #unfinished = new Map<string, string>();
  #progress_at = Date.now();
  #hasStarted = false;
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
    note(`${module.relativeModuleId} > ${fullName}`, test.result().errors, test.meta().pages);
  }

  onTestModuleEnd(module: TestModule): void {
    this.#progress_at = Date.now();
    this.#unfinished.delete(module.moduleId);
    const { TEST_PROGRESS: path } = process.env;
    const state = module.ok() ? 'passed' : 'failed';
    note(module.relativeModuleId, module.errors());
    if (path !== undefined) appendFileSync(path, `${state} ${module.relativeModuleId}\n`);
  }

  onTestRunEnd(_: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.#progress_at = Date.now();
    note('Outside of tests', errors);
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
    clearInterval(this.#timer);
    process.exit(exitCode);
  }
}
