/** `provider/model`; a model's own name may have slashes too. */
export interface ModelName {
  readonly provider: string;
  readonly model: string;
}

/** null for a text that names no provider. */
export function readModelName(name: string): ModelName | null {
  const at = name.indexOf('/');
  return at < 1 || at === name.length - 1
    ? null
    : { provider: name.slice(0, at), model: name.slice(at + 1) };
}
