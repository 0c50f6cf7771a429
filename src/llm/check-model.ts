import { modelNameError } from '../models/index.ts';
import type { Violation } from '../shared/failure.ts';
import { capabilitiesOf } from './capabilities.ts';

/** What a configuration asks of its models. */
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
 * What is wrong with a configuration's models, with pointers under `/config`. A model that nobody here
 * has heard of is fine, as long as its provider is known: new ones come out every week.
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

/** Only what the first model is known not to support. */
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

/** What stands in for the model may ignore settings, but without tools or a schema it would give another kind of answer. */
const unfitFallbacks = ({ fallback_models, ...use }: ModelUse): Violation[] =>
  fallback_models.flatMap((model, index) =>
    missing(model, use).map(({ what }) => ({
      pointer: `/config/fallback_models/${index}`,
      detail: `${model} does not support ${what}, which the configuration uses.`,
    })),
  );

/** What a configuration needs and the model is known not to have. */
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
