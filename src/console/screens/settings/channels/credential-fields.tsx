import { useTexts } from '../../../texts/catalogue.ts';
import { channelTexts } from '../../../texts/channels.ts';
import { TextField } from '../../../ui/field.tsx';
import { type ChannelKind, kinds } from './kinds.ts';

/** The secrets of a kind of channel. */
export function CredentialFields({
  kind,
  values,
  onChange,
  isRequired,
}: {
  readonly kind: ChannelKind;
  readonly values: Readonly<Record<string, string>>;
  readonly onChange: (name: string, value: string) => void;
  readonly isRequired: boolean;
}) {
  const texts = useTexts(channelTexts);
  return kinds[kind].credentials.map((name) => (
    <TextField
      key={name}
      type="password"
      autoComplete="off"
      label={texts.fields[name] ?? name}
      hint={texts.fieldHints[name]}
      pointer={`/credentials/${name}`}
      value={values[name] ?? ''}
      onChange={(value) => onChange(name, value)}
      required={isRequired}
    />
  ));
}
