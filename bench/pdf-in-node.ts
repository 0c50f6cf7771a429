// What pdf.js expects of its platform and Node 22 lacks. workerd has it.
const missing: readonly (readonly [object, string, (this: never, ...args: never[]) => unknown])[] =
  [
    [
      Promise,
      'try',
      (run: (...args: unknown[]) => unknown, ...args: unknown[]) =>
        new Promise((resolve) => resolve(run(...args))),
    ],
    [
      Map.prototype,
      'getOrInsertComputed',
      function (this: Map<unknown, unknown>, key: unknown, compute: (key: unknown) => unknown) {
        if (!this.has(key)) this.set(key, compute(key));
        return this.get(key);
      },
    ],
    [
      Uint8Array.prototype,
      'toHex',
      function (this: Uint8Array) {
        return Buffer.from(this).toString('hex');
      },
    ],
    [
      Math,
      'sumPrecise',
      (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0),
    ],
  ];
for (const [target, name, value] of missing)
  if (!(name in target))
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
