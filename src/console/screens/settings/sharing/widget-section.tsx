import { useState } from 'react';
import type { ShareLink } from '../../../../client/index.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { sharingTexts } from '../../../texts/sharing.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy.tsx';
import { CheckField, Field, NumberField, SelectField } from '../../../ui/field.tsx';
import { Section } from '../../../ui/page.tsx';
import { cssOf, tagOf, type WidgetLook } from './widget-look.ts';
import { WidgetPreview } from './widget-preview.tsx';

const standard: WidgetLook = {
  theme: 'system',
  language: 'page',
  direction: 'page',
  isOpen: false,
  accent: null,
  radius: null,
};
const firstAccent = '#7a4a1e';

/** The widget of a link: its look, its tag, and a preview. */
export function WidgetSection({ link }: { readonly link: ShareLink }) {
  const texts = useTexts(sharingTexts);
  const [look, setLook] = useState(standard);
  const [isShown, setShown] = useState(false);
  const set = (changes: Partial<WidgetLook>) => setLook((before) => ({ ...before, ...changes }));
  const css = cssOf(look);
  return (
    <Section title={texts.widget} description={texts.widgetHint}>
      {link.allowed_origins.length === 0 && <p className="note note-warn">{texts.noOrigins}</p>}
      {link.status !== 'open' && <p className="note note-warn">{texts.closed}</p>}
      <div className="columns">
        <div className="section">
          <div className="pair pair-narrow">
            <SelectField
              label={texts.theme}
              value={look.theme}
              onChange={(theme) => set({ theme })}
              choices={(['system', 'light', 'dark'] as const).map((value) => ({
                value,
                label: texts.themes[value],
              }))}
            />
            <SelectField
              label={texts.language}
              value={look.language}
              onChange={(language) => {
                // The widget reads its language once: another preview is opened by hand, and takes the focus then.
                setShown(false);
                set({ language });
              }}
              choices={(['page', 'en', 'de', 'ar'] as const).map((value) => ({
                value,
                label: texts.languages[value],
              }))}
            />
            <SelectField
              label={texts.direction}
              value={look.direction}
              onChange={(direction) => set({ direction })}
              choices={(['page', 'ltr', 'rtl'] as const).map((value) => ({
                value,
                label: texts.directions[value],
              }))}
            />
            <NumberField
              label={texts.radius}
              min={0}
              max={40}
              step={1}
              value={look.radius}
              onChange={(radius) => set({ radius })}
            />
            {look.accent !== null && (
              <Field label={texts.accent} hint={texts.accentHint}>
                {(wiring) => (
                  <input
                    {...wiring}
                    type="color"
                    className="control colour"
                    value={look.accent ?? firstAccent}
                    onChange={({ target }) => set({ accent: target.value })}
                  />
                )}
              </Field>
            )}
          </div>
          <CheckField
            label={texts.ownAccent}
            checked={look.accent !== null}
            onChange={(checked) => set({ accent: checked ? firstAccent : null })}
          />
          <CheckField
            label={texts.openAtStart}
            checked={look.isOpen}
            onChange={(isOpen) => set({ isOpen })}
          />
          <Snippet title={texts.tag} copy={texts.copyTag} text={tagOf(link.url, look)} />
          {css !== '' && <Snippet title={texts.css} copy={texts.copyCss} text={css} />}
        </div>
        <div className="section">
          <h3>{texts.preview}</h3>
          {isShown ? (
            <WidgetPreview link={link} look={look} />
          ) : (
            <div>
              <Button onClick={() => setShown(true)}>{texts.showPreview}</Button>
            </div>
          )}
        </div>
      </div>
    </Section>
  );
}

const Snippet = ({
  title,
  copy,
  text,
}: {
  readonly title: string;
  readonly copy: string;
  readonly text: string;
}) => (
  <div className="section">
    <h3>{title}</h3>
    <div className="snippet">
      <pre tabIndex={0}>{text}</pre>
      <CopyButton text={text} label={copy} />
    </div>
  </div>
);
