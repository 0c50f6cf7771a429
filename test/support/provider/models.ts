/** The list of models as each service gives it. */
export function listModels(
  service: 'openai' | 'anthropic' | 'google',
  names: readonly string[],
): unknown {
  if (service === 'google') {
    const supportedGenerationMethods = ['generateContent', 'countTokens'];
    return {
      models: names.map((name) => ({
        name: `models/${name}`,
        displayName: name,
        inputTokenLimit: 1_048_576,
        supportedGenerationMethods,
      })),
    };
  }
  if (service === 'anthropic') {
    const data = names.map((id) => ({
      type: 'model',
      id,
      display_name: id,
      created_at: '2026-01-01T00:00:00Z',
    }));
    return { data, has_more: false, first_id: names[0] ?? null, last_id: names.at(-1) ?? null };
  }
  return {
    object: 'list',
    data: names.map((id) => ({
      id,
      object: 'model',
      created: 1_767_225_600,
      owned_by: 'scripted',
    })),
  };
}
