import { isLanguageModel } from './model-kind.ts';
import { readModelName } from './model-name.ts';
import { builtinLanguageModelNames, providerIds } from './provider-ids.ts';

/** Returns why a name cannot be that of a language model, or null. An unknown model of a known provider is valid: new ones appear every week. */
export function modelNameError(name: string): string | null {
  const named = readModelName(name);
  if (named === null || !(providerIds as readonly string[]).includes(named.provider))
    return `Unknown model ${name}. Names have the form provider/model; providers: ${providerIds.join(', ')}.`;
  if (!isLanguageModel(name)) return `${name} is not a language model.`;
  if (named.provider !== 'builtin') return null;
  return (builtinLanguageModelNames as readonly string[]).includes(name)
    ? null
    : `Unknown model ${name}. Built-in models: ${builtinLanguageModelNames.join(', ')}.`;
}
