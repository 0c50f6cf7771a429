/** The parts of `provider/model`. The model may contain slashes. */
export interface ModelName {
  readonly provider: string;
  readonly model: string;
}

/** Splits a model name; null for a text without a provider or a model. */
export function readModelName(name: string): ModelName | null {
  const at = name.indexOf('/');
  return at < 1 || at === name.length - 1
    ? null
    : { provider: name.slice(0, at), model: name.slice(at + 1) };
}
