import { Autocomplete } from '@base-ui/react/autocomplete';
import { useDeferredValue, useState } from 'react';
import type { Model } from '../../../../client/index.ts';
import { api } from '../../../api/api.ts';
import { agentModelTexts } from '../../../texts/agent-model.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Field } from '../../../ui/field.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Badge } from '../../../ui/page.tsx';

/** A model by its name, with suggestions: price, context and what it can do. Models that are not listed can be typed. */
export function ModelField({
  label,
  pointer,
  value,
  onChange,
  isLabelHidden = false,
}: {
  readonly label: string;
  readonly pointer: string;
  readonly value: string;
  readonly onChange: (model: string) => void;
  readonly isLabelHidden?: boolean;
}) {
  const texts = useTexts(agentModelTexts);
  const [wanted, setWanted] = useState('');
  const q = useDeferredValue(wanted.trim());
  const { data, isFetching } = api.useQuery('get', '/api/v1/models', {
    params: { query: { limit: 50, ...(q !== '' && { q }) } },
  });
  const models = data?.data ?? [];
  return (
    <Field label={label} pointer={pointer} isLabelHidden={isLabelHidden}>
      {(wiring) => (
        <Autocomplete.Root
          items={models}
          mode="none"
          value={value}
          onValueChange={(text) => {
            onChange(text);
            setWanted(text);
          }}
          onOpenChange={(isOpen) => {
            if (isOpen) setWanted('');
          }}
          itemToStringValue={({ id }: Model) => id}
          openOnInputClick
        >
          <Autocomplete.Input
            {...wiring}
            className="control"
            placeholder="provider/model"
            spellCheck={false}
          />
          <Autocomplete.Portal>
            <Autocomplete.Positioner className="layer" sideOffset={4}>
              <Autocomplete.Popup className="menu model-menu">
                <Autocomplete.Empty className="palette-empty">
                  {isFetching ? texts.loadingModels : texts.noModel}
                </Autocomplete.Empty>
                <Autocomplete.List className="model-list">
                  {(model: Model) => (
                    <Autocomplete.Item key={model.id} value={model} className="menu-item">
                      <span className="model-name">{model.id}</span>
                      <ModelFacts model={model} />
                    </Autocomplete.Item>
                  )}
                </Autocomplete.List>
              </Autocomplete.Popup>
            </Autocomplete.Positioner>
          </Autocomplete.Portal>
        </Autocomplete.Root>
      )}
    </Field>
  );
}

const capabilities = ['tools', 'images', 'structured_output', 'reasoning'] as const;

export function ModelFacts({ model }: { readonly model: Model }) {
  const texts = useTexts(agentModelTexts);
  const format = useFormat();
  const { context_window, prices, price_source } = model;
  const price =
    prices === null
      ? texts.priceUnknown
      : price_source === 'free'
        ? texts.free
        : texts.price(format.money(prices.input), format.money(prices.output));
  return (
    <span className="model-facts small muted">
      <span>{price}</span>
      {context_window !== null && <span>{texts.context(format.compact(context_window))}</span>}
      {capabilities
        // The built-in model accepts tools, and only quotes.
        .filter((name) => model.provider !== 'builtin' && model.capabilities[name] === true)
        .map((name) => (
          <Badge key={name}>{texts.capabilities[name]}</Badge>
        ))}
      {model.provider === 'builtin' && <Badge>{texts.onlyQuotes}</Badge>}
    </span>
  );
}
