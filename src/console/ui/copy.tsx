import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { IconButton } from './button.tsx';

export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }) {
  const texts = useTexts(uiTexts);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <IconButton label={isCopied ? texts.copied : (label ?? texts.copy)} onClick={copy}>
      {isCopied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
    </IconButton>
  );
}

/** An id or a secret that is shown in full and can be copied. */
export const Copyable = ({ text }: { readonly text: string }) => (
  <span className="copyable">
    <code>{text}</code>
    <CopyButton text={text} />
  </span>
);
