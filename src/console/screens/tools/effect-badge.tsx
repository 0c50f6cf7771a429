import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Badge } from '../../ui/page.tsx';

const tones = { read: 'neutral', write: 'warn', destructive: 'bad' } as const;

export function EffectBadge({ effect }: { readonly effect: keyof typeof tones }) {
  const texts = useTexts(toolTexts);
  return <Badge tone={tones[effect]}>{texts.effects[effect]}</Badge>;
}
