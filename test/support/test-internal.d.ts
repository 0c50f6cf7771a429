declare module 'cloudflare:test-internal' {
  /** Set in the handlers of the Worker and of its Durable Objects. */
  export const handlerContextStore: { getStore(): unknown };
  export function runInRunnerObject<Value>(act: () => Promise<Value>): Promise<Value>;
}
