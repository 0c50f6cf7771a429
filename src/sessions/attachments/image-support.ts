import { parseConfig } from '../../agents/index.ts';
import { capabilitiesOf } from '../../llm/index.ts';
import { invalid } from '../../shared/failure.ts';
import type { TurnInput } from '../turn/turn-input.ts';

/** Throws `validation_failed` for images if the model of the draft or version is known not to support them. */
export function requireImageSupport(
  pointer: string,
  files: readonly { readonly kind: string }[],
  draft: TurnInput['draft'],
  version: { readonly config: Readonly<Record<string, unknown>> } | undefined,
): void {
  if (!files.some(({ kind }) => kind === 'image')) return;
  const model =
    draft?.config.model ?? (version === undefined ? null : parseConfig(version.config).model);
  if (model !== null && capabilitiesOf(model).images === false)
    throw invalid(pointer, `Model ${model} does not support images.`);
}
