/** A list of RFC 9651 whose members are strings with parameters, as needed for the rate-limit fields. Throws if it is malformed. */
export interface Item {
  readonly value: string;
  readonly parameters: Readonly<Record<string, string | number>>;
}

export function parseList(text: string): Item[] {
  const items: Item[] = [];
  let rest = text;
  const take = (pattern: RegExp): string | null => {
    const found = pattern.exec(rest)?.[0] ?? null;
    if (found !== null) rest = rest.slice(found.length);
    return found;
  };
  const bare = (): string | number => {
    const quoted = take(/^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/);
    if (quoted !== null) return quoted.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
    const integer = take(/^-?\d{1,15}(?![\d.])/);
    if (integer === null) throw new Error(`neither string nor integer: ${rest}`);
    return Number(integer);
  };
  for (;;) {
    const value = bare();
    if (typeof value !== 'string') throw new Error(`the name of a policy is a string: ${text}`);
    const parameters: Record<string, string | number> = {};
    while (take(/^; */) !== null) {
      const name = take(/^[a-z*][a-z0-9_.*-]*/);
      if (name === null || take(/^=/) === null) throw new Error(`no parameter: ${rest}`);
      parameters[name] = bare();
    }
    items.push({ value, parameters });
    if (rest === '') return items;
    if (take(/^[ \t]*,[ \t]*(?=\S)/) === null) throw new Error(`no list: ${text}`);
  }
}
