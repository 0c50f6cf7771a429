// Adds a bound on time to a WebAssembly module: every iteration of every loop takes one unit of fuel, and a function that
// the module imports decides what happens once it is used up. Reads the core instructions and those that clang emits for
// wasm32-wasi; any other stops the build.

/** Iterations between two calls of the import. */
const fuelPerCall = 100_000;
const section = { type: 1, import: 2, function: 3, global: 6, code: 10 };
const op = {
  ...{ unreachable: 0x00, block: 0x02, loop: 0x03, if: 0x04, end: 0x0b, br: 0x0c, br_if: 0x0d },
  ...{ br_table: 0x0e, call: 0x10, call_indirect: 0x11, select_typed: 0x1c, i32_const: 0x41 },
  ...{ i64_const: 0x42, f32_const: 0x43, f64_const: 0x44, global_get: 0x23, global_set: 0x24 },
  ...{ i32_lt_s: 0x48, i32_sub: 0x6b, ref_null: 0xd0, ref_func: 0xd2, prefixed: 0xfc },
};
const empty = 0x40;
const i32 = 0x7f;

class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Error('unexpected end of the module');
    this.at += 1;
    return byte;
  }

  /** Reads an unsigned LEB128 number. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  skipNumbers(count: number): void {
    for (let left = count; left > 0; left -= 1) while (this.byte() >= 0x80);
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

const leb = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(Math.floor(value / 0x80))];

const signedLeb = (value: number): number[] =>
  value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb(Math.floor(value / 0x80))];

/** Numbers that follow instructions with a fixed count of them. */
const operandCounts = new Map<number, number>([
  ...[op.block, op.loop, op.if, op.br, op.br_if, op.call].map((one) => [one, 1] as const),
  ...[op.i32_const, op.i64_const, op.ref_null, op.ref_func].map((one) => [one, 1] as const),
  [op.call_indirect, 2],
  // Locals, globals and tables; loads and stores with alignment and offset; the size of the memory.
  ...range(0x20, 0x26, 1),
  ...range(0x28, 0x3e, 2),
  ...range(0x3f, 0x40, 1),
  // Comparisons, arithmetic and conversions.
  ...range(0x45, 0xc4, 0),
  ...[0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].map((one) => [one, 0] as const),
]);

function range(first: number, last: number, count: number): (readonly [number, number])[] {
  return Array.from({ length: last - first + 1 }, (_, index) => [first + index, count] as const);
}

/** Moves past the operands of an instruction. */
function skipOperands(code: Reader, instruction: number): void {
  const count = operandCounts.get(instruction);
  if (count !== undefined) code.skipNumbers(count);
  else if (instruction === op.prefixed) code.skipNumbers(countOfPrefixed(code.number()));
  else if (instruction === op.br_table) code.skipNumbers(code.number() + 1);
  else if (instruction === op.select_typed) code.skipNumbers(code.number());
  else if (instruction === op.f32_const) code.take(4);
  else if (instruction === op.f64_const) code.take(8);
  else throw new Error(`unknown instruction 0x${instruction.toString(16)}`);
}

/** Conversions that saturate have no operands; operations on memories and tables have one or two. */
function countOfPrefixed(kind: number): number {
  const count = kind < 8 ? 0 : [2, 1, 2, 1, 2, 1, 2, 1, 1, 1][kind - 8];
  if (count === undefined) throw new Error(`unknown instruction 0xfc ${kind}`);
  return count;
}

/** Returns the body of a function with `check` at the start of each of its loops. */
function meterBody(body: Uint8Array, check: readonly number[]): number[] {
  const code = new Reader(body);
  for (let groups = code.number(); groups > 0; groups -= 1) code.skipNumbers(2);
  const out: number[] = [];
  let copied = 0;
  while (code.at < body.length) {
    const instruction = code.byte();
    skipOperands(code, instruction);
    if (instruction !== op.loop) continue;
    push(out, body.subarray(copied, code.at));
    push(out, check);
    copied = code.at;
  }
  push(out, body.subarray(copied));
  return out;
}

function push(out: number[], bytes: Iterable<number>): void {
  for (const byte of bytes) out.push(byte);
}

/** Returns the index of an imported function. */
function importIndex(content: Uint8Array, name: string): number {
  const reader = new Reader(content);
  const text = () => new TextDecoder().decode(reader.take(reader.number()));
  let index = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.take(reader.number());
    const field = text();
    if (reader.byte() !== 0) throw new Error(`the import ${field} is not a function`);
    reader.skipNumbers(1);
    if (field === name) return index;
    index += 1;
  }
  throw new Error(`the module does not import ${name}`);
}

/**
 * Returns the module with a check in every loop. After each 100,000 iterations it calls the imported function `name`,
 * of type `() -> i32`; a result other than 0 is a trap, which no code inside the module can catch.
 */
export function meterWasm(module: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const reader = new Reader(module, 8);
  const sections: { id: number; content: Uint8Array }[] = [];
  while (reader.at < module.length) {
    const id = reader.byte();
    sections.push({ id, content: reader.take(reader.number()) });
  }
  const contentOf = (id: number) => {
    const found = sections.find((one) => one.id === id);
    if (found === undefined) throw new Error(`the module has no section ${id}`);
    return found.content;
  };
  const globals = new Reader(contentOf(section.global));
  const fuel = leb(globals.number());
  const full = signedLeb(fuelPerCall);
  const callee = leb(importIndex(contentOf(section.import), name));
  const check = [
    ...[op.global_get, ...fuel, op.i32_const, 1, op.i32_sub, op.global_set, ...fuel],
    ...[op.global_get, ...fuel, op.i32_const, 0, op.i32_lt_s, op.if, empty],
    ...[op.i32_const, ...full, op.global_set, ...fuel],
    ...[op.call, ...callee, op.if, empty, op.unreachable, op.end, op.end],
  ];
  const out: number[] = [...module.subarray(0, 8)];
  for (const { id, content } of sections) {
    const changed =
      id === section.global
        ? withGlobal(content, [i32, 1, op.i32_const, ...full, op.end])
        : id === section.code
          ? meterCode(content, check)
          : content;
    out.push(id);
    push(out, leb(changed.length));
    push(out, changed);
  }
  return Uint8Array.from(out);
}

function withGlobal(content: Uint8Array, global: readonly number[]): number[] {
  const reader = new Reader(content);
  const count = reader.number();
  return [...leb(count + 1), ...content.subarray(reader.at), ...global];
}

function meterCode(content: Uint8Array, check: readonly number[]): number[] {
  const reader = new Reader(content);
  const count = reader.number();
  const out = leb(count);
  for (let left = count; left > 0; left -= 1) {
    const body = meterBody(reader.take(reader.number()), check);
    push(out, leb(body.length));
    push(out, body);
  }
  return out;
}
