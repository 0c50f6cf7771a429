import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { Failure } from '../shared/failure.ts';
import { schemasFor } from './provider-schema.ts';
import type { Target } from './workspace-models.ts';

export type CallOptions = Omit<LanguageModelV4CallOptions, 'abortSignal' | 'headers'>;

/**
 * Returns the options as the provider takes them: its own options merged in, and its dialect of JSON
 * Schema. Throws `validation_failed` for a prompt without a user message where the provider requires one.
 */
export function optionsFor(options: CallOptions, { provider }: Target): CallOptions {
  if (
    provider.requires_user_message === true &&
    !options.prompt.some(({ role }) => role === 'user')
  )
    throw new Failure('validation_failed', `${provider.name} requires at least one user message.`);
  return {
    ...options,
    ...withProviderOptions(options, provider),
    ...schemasFor(options, provider),
  };
}

/** Merges the options that every call to the provider carries with those of the call, which take precedence. */
function withProviderOptions(
  { providerOptions }: CallOptions,
  { options }: Target['provider'],
): Pick<CallOptions, 'providerOptions'> {
  if (options === undefined) return {};
  const names = new Set([...Object.keys(options), ...Object.keys(providerOptions ?? {})]);
  return {
    providerOptions: Object.fromEntries(
      [...names].map((name) => [name, { ...options[name], ...providerOptions?.[name] }]),
    ),
  };
}
