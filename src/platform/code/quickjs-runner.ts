import type { CodeError, CodeJob, CodeOutcome, CodeRunner } from '../ports.ts';
import { type CodeEnd, CodeOutput } from './output.ts';
import {
  codeFile,
  lineIn,
  memoryError,
  readOutcome,
  syntaxError,
  timeoutError,
  toFunction,
  unsettledError,
} from './program.ts';
import type { JSValueHandle, QuickJS } from './quickjs-engine.ts';

const memoryBytes = 32 * 1024 * 1024;
const stackBytes = 256 * 1024;
/** Ticks in a millisecond, as a plain loop takes them: where the clock stands still during CPU work, they are the limit. */
const ticksPerMs = 5;

type Engine = typeof import('./quickjs-engine.ts');

/** Runs code in QuickJS, compiled to WebAssembly: in the process of the server, which waits for it. */
export const createQuickJsRunner = (): CodeRunner => ({ name: 'quickjs', run });

async function run(job: CodeJob): Promise<CodeOutcome> {
  const output = new CodeOutput();
  let main: string;
  try {
    main = await toFunction(job.code, job.language);
  } catch (error) {
    return output.outcome({ error: syntaxError(error) }, { cpu_ms: 0, ticks: 0 });
  }
  const engine = await import('./quickjs-engine.ts');
  const meter = new Meter(job.limits.time_ms);
  const vm = await engine.QuickJS.create({
    wasm: engine.wasm,
    memoryLimit: memoryBytes,
    maxStackSize: stackBytes,
    timezoneOffset: 0,
    interruptHandler: () => meter.tick(),
  });
  // The VM is not disposed: a trap may have left it broken, and its memory is freed with it.
  const end = await evaluate(engine, vm, main, job, output, meter);
  return output.outcome(end, { cpu_ms: meter.cpu_ms, ticks: meter.ticks });
}

/** Measures a run. Every loop of the engine ticks, see scripts/meter-wasm.ts. */
class Meter {
  #start = Date.now();
  readonly #time_ms: number;
  ticks = 0;
  isOver = false;

  constructor(time_ms: number) {
    this.#time_ms = time_ms;
  }

  /** The code begins: the start of the engine does not count. */
  start(): void {
    this.#start = Date.now();
    this.ticks = 0;
  }

  tick(): boolean {
    this.ticks += 1;
    this.isOver ||= this.ticks > this.#time_ms * ticksPerMs || this.cpu_ms >= this.#time_ms;
    return this.isOver;
  }

  get cpu_ms(): number {
    return Date.now() - this.#start;
  }
}

async function evaluate(
  engine: Engine,
  vm: QuickJS,
  main: string,
  job: CodeJob,
  output: CodeOutput,
  meter: Meter,
): Promise<CodeEnd> {
  const { STRICT } = engine.EvalFlags;
  try {
    const prepare = vm.callFunction(
      vm.evalCode(engine.guest, 'guest.js', STRICT),
      vm.undefined,
      hostOf(vm, job, output),
    );
    let program: JSValueHandle;
    meter.start();
    try {
      program = vm.evalCode(`(${main})`, codeFile, STRICT);
    } catch (error) {
      if (meter.isOver || isOutOfMemory(error)) throw error;
      return { error: syntaxError(error) };
    }
    const outcome = vm.callFunction(prepare, vm.undefined, program);
    vm.executePendingJobs();
    if (meter.isOver) return { error: timeoutError(job.limits.time_ms) };
    if (outcome.promiseState !== 1) return { error: unsettledError };
    const settled = await vm.resolvePromise(outcome);
    return 'value' in settled ? readOutcome(settled.value.toString()) : { error: unsettledError };
  } catch (error) {
    return { error: faultOf(error, meter, job.limits.time_ms) };
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && /out of memory|string too long/.test(error.message);

/** Errors that no code can catch stop the engine. */
function faultOf(error: unknown, { isOver }: Meter, time_ms: number): CodeError {
  if (isOver) return timeoutError(time_ms);
  if (isOutOfMemory(error)) return memoryError;
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return { type: 'exception', name, message: message.slice(0, 2000), line: lineIn(stack) };
}

/** The object through which the code reaches files and console: functions on plain text and bytes. */
function hostOf(vm: QuickJS, { input, files }: CodeJob, output: CodeOutput): JSValueHandle {
  const host = vm.newObject();
  const give = (name: string, value: JSValueHandle) => host.setProp(name, value);
  const fileOf = (name: JSValueHandle | undefined) => {
    const wanted = name?.toString();
    const file = files.find((one) => one.name === wanted);
    if (file === undefined) throw new Error(`no file is named "${wanted}"`);
    return file;
  };
  give('input', vm.newString(JSON.stringify(input ?? null)));
  give('names', vm.hostToHandle(files.map(({ name }) => name)));
  give(
    'readText',
    vm.newFunction('readText', (name) => vm.newString(fileOf(name).text)),
  );
  give(
    'readBytes',
    vm.newFunction('readBytes', (name) => {
      const { bytes, text } = fileOf(name);
      return vm.newUint8Array(bytes ?? new TextEncoder().encode(text));
    }),
  );
  give(
    'log',
    vm.newFunction('log', (level, text) => {
      output.log(level?.toString() ?? 'log', text?.toString() ?? '');
      return vm.undefined;
    }),
  );
  give(
    'write',
    vm.newFunction('write', (name, content) => {
      output.write(
        name?.toString() ?? '',
        content?.isString ? content.toString() : (content?.toUint8Array() ?? ''),
      );
      return vm.undefined;
    }),
  );
  return host;
}
