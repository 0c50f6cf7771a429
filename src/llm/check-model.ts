import { modelNameError } from '../models/index.ts';
import type { Violation } from '../shared/failure.ts';
import { capabilitiesOf } from './capabilities.ts';

/** The requirements of a configuration on its models. */
export interface ModelUse {
  readonly model: string;
  readonly fallback_models: readonly string[];
  readonly settings: {
    readonly temperature: number | null;
    readonly top_p: number | null;
    readonly reasoning_effort: string | null;
  };
  readonly has_tools: boolean;
  readonly has_output_schema: boolean;
}

/**
 * Returns the errors in the models of a configuration, with pointers under `/config`. An unknown model
 * of a known provider is valid, since new models are released every week.
 */
export function checkModels(use: ModelUse): Violation[] {
  const names = [
    ...use.fallback_models.map((name, index) => ({
      name,
      pointer: `/config/fallback_models/${index}`,
    })),
    { name: use.model, pointer: '/config/model' },
  ];
  const unknown = names.flatMap(({ name, pointer }) => {
    const detail = modelNameError(name);
    return detail === null ? [] : [{ pointer, detail }];
  });
  return unknown.length > 0 ? unknown : [...unsupportedSettings(use), ...unfitFallbacks(use)];
}

/** Returns an error for each setting that the first model is known not to support. */
function unsupportedSettings({ model, settings, ...use }: ModelUse): Violation[] {
  const { sampling, reasoning } = capabilitiesOf(model);
  const refuse = (pointer: string, what: string) => ({
    pointer,
    detail: `${model} does not support ${what}.`,
  });
  const isReasoned = settings.reasoning_effort !== null && settings.reasoning_effort !== 'none';
  return [
    ...(sampling === false && settings.temperature !== null
      ? [refuse('/config/settings/temperature', 'a temperature')]
      : []),
    ...(sampling === false && settings.top_p !== null
      ? [refuse('/config/settings/top_p', '`top_p`')]
      : []),
    ...(reasoning === false && isReasoned
      ? [refuse('/config/settings/reasoning_effort', 'a reasoning effort')]
      : []),
    ...missing(model, use).map(({ pointer, what }) => refuse(pointer, what)),
  ];
}

/** Returns an error for each fallback model without support for the tools or the output schema. Fallback models may ignore other settings. */
const unfitFallbacks = ({ fallback_models, ...use }: ModelUse): Violation[] =>
  fallback_models.flatMap((model, index) =>
    missing(model, use).map(({ what }) => ({
      pointer: `/config/fallback_models/${index}`,
      detail: `${model} does not support ${what}, which the configuration uses.`,
    })),
  );

/** Returns the required features that the model is known not to support. */
function missing(
  model: string,
  { has_tools, has_output_schema }: Pick<ModelUse, 'has_tools' | 'has_output_schema'>,
) {
  const { tools, structured_output } = capabilitiesOf(model);
  return [
    ...(has_tools && tools === false ? [{ pointer: '/config/tools', what: 'tools' }] : []),
    ...(has_output_schema && structured_output === false
      ? [{ pointer: '/config/output_schema', what: 'structured output' }]
      : []),
  ];
}
