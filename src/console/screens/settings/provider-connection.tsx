import type { Provider } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { connectionTexts } from '../../texts/provider-connection.ts';
import { Button } from '../../ui/button.tsx';
import { useToast } from '../../ui/toast.tsx';

/** The name of a provider, and its id, with which the names of its models begin. */
export const ProviderName = ({ provider: { id, name } }: { readonly provider: Provider }) => (
  <>
    {name} <code className="excerpt">{id}</code>
  </>
);

/** The next step with a provider that cannot be used yet. */
export function ConnectButton({
  provider: { name },
  onClick,
}: {
  readonly provider: Provider;
  readonly onClick: () => void;
}) {
  const texts = useTexts(connectionTexts);
  return (
    <Button isSmall aria-label={`${texts.connect}: ${name}`} onClick={onClick}>
      {texts.connect}
    </Button>
  );
}

/** What the dialog of a connection says: of its address, and that it was saved. */
export function useConnection({ id, name }: Provider) {
  const texts = useTexts(connectionTexts);
  const toast = useToast();
  return {
    urlHint: id === 'openai-compatible' ? texts.ownUrl : texts.standardUrl,
    sayThatSaved: () => toast(texts.saved(name)),
  };
}
