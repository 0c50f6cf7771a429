import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { meterWasm } from '../../scripts/meter-wasm.ts';

const text = (name: string) => [name.length, ...new TextEncoder().encode(name)];

/** A module that imports `env.host_interrupt` and exports `run`, with the given body. */
const moduleOf = (...body: readonly number[]): Uint8Array => {
  const section = (id: number, ...content: readonly number[]) => [id, content.length, ...content];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, 2, 0x60, 0, 1, 0x7f, 0x60, 0, 0),
    ...section(2, 1, ...text('env'), ...text('host_interrupt'), 0, 0),
    ...section(3, 1, 1),
    ...section(6, 1, 0x7f, 1, 0x41, 0, 0x0b),
    ...section(7, 1, ...text('run'), 0, 1),
    ...section(10, 1, body.length + 1, 0, ...body),
  ]);
};
/** `loop br 0 end`: it never ends. */
const endless = [0x03, 0x40, 0x0c, 0x00, 0x0b, 0x0b];

async function run(bytes: Uint8Array<ArrayBuffer>, host_interrupt: () => number) {
  // The types of workerd are loaded, which compiles no bytes.
  const { instance } = (await WebAssembly.instantiate(bytes as never, {
    env: { host_interrupt },
  })) as unknown as { readonly instance: WebAssembly.Instance };
  return (instance.exports as { run: () => void }).run();
}

it('a metered loop calls the host after each 100,000 iterations, until the host stops it', async () => {
  let calls = 0;
  const host = () => {
    calls += 1;
    return calls === 5 ? 1 : 0;
  };
  await expect(run(meterWasm(moduleOf(...endless), 'host_interrupt'), host)).rejects.toThrow(
    WebAssembly.RuntimeError,
  );
  expect(calls).toBe(5);
});

it('the engine stays a valid module, with little more to send', () => {
  const engine = readFileSync(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm'));
  const metered = meterWasm(engine, 'host_interrupt');
  expect(WebAssembly.validate(metered)).toBe(true);
  expect(metered.byteLength / engine.byteLength).toBeLessThan(1.1);
});

it('refuses what it cannot read', () => {
  // A SIMD instruction, another import, and no module at all.
  const simd = moduleOf(0xfd, 0x0f, 0x0b);
  expect(() => meterWasm(simd, 'host_interrupt')).toThrow('unknown instruction 0xfd');
  expect(() => meterWasm(moduleOf(...endless), 'other')).toThrow('does not import other');
  expect(() => meterWasm(new Uint8Array(8), 'host_interrupt')).toThrow('has no section 6');
  expect(() => meterWasm(moduleOf(...endless).slice(0, -3), 'host_interrupt')).toThrow();
});
