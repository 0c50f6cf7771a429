import { handlerContextStore, runInRunnerObject } from 'cloudflare:test-internal';

interface Module {
  readonly evaluated: boolean;
  readonly exports?: unknown;
  readonly promise?: Promise<unknown>;
}

/** The module runner of Vite, as far as it is changed here. */
interface ModuleRunner {
  readonly evaluatedModules: { getModuleByUrl(url: string): Module | undefined };
  import(url: string, options?: { readonly invalidate?: boolean }): Promise<unknown>;
  cachedModule(url: string, importer?: string): Promise<Module>;
  cachedRequest(url: string, module: Module, ...rest: unknown[]): Promise<unknown>;
  isMended?: true;
}

declare global {
  var __vitest_mocker__: { readonly moduleRunner: ModuleRunner };
}

const isLoaded = (module: Module | undefined): module is Module =>
  module?.evaluated === true && module.promise !== undefined;

/** Does something with the I/O of Vitest, whoever asks. */
const inRunner = <Value>(act: () => Promise<Value>): Promise<Value> =>
  handlerContextStore.getStore() === undefined ? act() : runInRunnerObject(act);

/**
 * Requests that import a module at the same time share one promise in Vite's module runner. workerd cancels a request that
 * waits for the I/O of another, so a module is loaded with the I/O of Vitest, and one that is loaded needs none; without
 * this every request asks Vite for the Worker's own module too (vite 8.3.8 with @cloudflare/vitest-plugin 1.4.10).
 */
export function mendModuleRunner(): void {
  const runner = globalThis.__vitest_mocker__.moduleRunner;
  if (runner.isMended) return;
  runner.isMended = true;
  const [load, find, request] = [runner.import, runner.cachedModule, runner.cachedRequest].map(
    (method) => method.bind(runner),
  ) as [ModuleRunner['import'], ModuleRunner['cachedModule'], ModuleRunner['cachedRequest']];
  runner.import = async (url, options) => {
    const known = runner.evaluatedModules.getModuleByUrl(url);
    return isLoaded(known) && options?.invalidate !== true ? known.exports : load(url, options);
  };
  runner.cachedModule = async (url, importer) => {
    const known = runner.evaluatedModules.getModuleByUrl(url);
    return isLoaded(known) ? known : inRunner(() => find(url, importer));
  };
  runner.cachedRequest = (url, module, ...rest) =>
    isLoaded(module)
      ? request(url, module, ...rest)
      : inRunner(() => request(url, module, ...rest));
}
