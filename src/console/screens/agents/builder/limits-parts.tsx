import { agentLimitTexts } from '../../../texts/agent-limits.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { CheckField, NumberField, SelectField } from '../../../ui/field.tsx';
import { useFormat } from '../../../ui/format.ts';
import { LinesField } from '../../../ui/lines-field.tsx';
import { Part, useSection } from './context.tsx';
import { partPointers } from './parts.ts';

const efforts = ['default', 'none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;

const sampling = [
  ['temperature', 0, 2, 0.1],
  ['top_p', 0, 1, 0.05],
  ['max_output_tokens', 1, 1_000_000, 1],
] as const;

const bounds = [
  ['steps', 1, 100, 1],
  ['tool_calls', 0, 500, 1],
  ['cost_usd', 0, 1000, 0.01],
  ['seconds', 1, 3600, 1],
] as const;

/** How the model generates, and where a run ends. */
export function LimitsPart() {
  const texts = useTexts(agentLimitTexts);
  const format = useFormat();
  const [settings, setSettings] = useSection('settings');
  const [limits, setLimits] = useSection('limits');
  return (
    <Part
      name="limits"
      title={texts.limits}
      summary={texts.limitsSummary(limits.steps, format.money(limits.cost_usd), limits.seconds)}
      pointers={partPointers.limits}
    >
      <p className="muted">{texts.settingsHint}</p>
      <div className="row-fields">
        {sampling.map(([name, min, max, step]) => (
          <NumberField
            key={name}
            label={texts.sampling[name]}
            pointer={`/config/settings/${name}`}
            {...{ min, max, step }}
            value={settings[name]}
            onChange={(value) => setSettings({ [name]: value })}
          />
        ))}
        <SelectField
          label={texts.effort}
          pointer="/config/settings/reasoning_effort"
          value={settings.reasoning_effort ?? 'default'}
          choices={efforts.map((value) => ({ value, label: texts.efforts[value] }))}
          onChange={(value) =>
            setSettings({ reasoning_effort: value === 'default' ? null : value })
          }
        />
      </div>
      <LinesField
        label={texts.stop}
        hint={texts.onePerLine}
        pointer="/config/settings/stop"
        value={settings.stop}
        onChange={(stop) => setSettings({ stop })}
      />
      <h3>{texts.bounds}</h3>
      <div className="row-fields">
        {bounds.map(([name, min, max, step]) => (
          <NumberField
            key={name}
            label={texts.boundNames[name]}
            pointer={`/config/limits/${name}`}
            {...{ min, max, step }}
            value={limits[name]}
            onChange={(value) => setLimits({ [name]: value })}
          />
        ))}
      </div>
    </Part>
  );
}

/** What needs a person, and where text may go. */
export function SafetyPart() {
  const texts = useTexts(agentLimitTexts);
  const [approvals, set] = useSection('approvals');
  const [handOver, setHandOver] = useSection('hand_over');
  return (
    <Part
      name="safety"
      title={texts.safety}
      summary={texts.safetySummary(texts.approvals[approvals.write])}
      pointers={partPointers.safety}
    >
      <SelectField
        label={texts.approveWrite}
        pointer="/config/approvals/write"
        value={approvals.write}
        choices={(['never', 'after_untrusted', 'always'] as const).map((value) => ({
          value,
          label: texts.approvals[value],
        }))}
        onChange={(write) => set({ write })}
      />
      <SelectField
        label={texts.approveDestructive}
        pointer="/config/approvals/destructive"
        value={approvals.destructive}
        choices={(['after_untrusted', 'always'] as const).map((value) => ({
          value,
          label: texts.approvals[value],
        }))}
        onChange={(destructive) => set({ destructive })}
      />
      <SelectField
        label={texts.exits}
        hint={texts.exitsHint}
        pointer="/config/approvals/exits"
        value={approvals.exits}
        choices={(['allow', 'approve', 'block'] as const).map((value) => ({
          value,
          label: texts.exitRules[value],
        }))}
        onChange={(exits) => set({ exits })}
      />
      <LinesField
        label={texts.allowedHosts}
        hint={texts.onePerLine}
        pointer="/config/approvals/allowed_hosts"
        value={approvals.allowed_hosts}
        onChange={(allowed_hosts) => set({ allowed_hosts })}
      />
      <CheckField
        label={texts.byEndUser}
        pointer="/config/approvals/by_end_user"
        checked={approvals.by_end_user}
        onChange={(by_end_user) => set({ by_end_user })}
      />
      <NumberField
        label={texts.expiresIn}
        pointer="/config/approvals/expires_in_s"
        min={60}
        max={86_400}
        value={approvals.expires_in_s}
        onChange={(expires_in_s) => set({ expires_in_s })}
      />
      <h3>{texts.handOver}</h3>
      <CheckField
        label={texts.handOverByUser}
        pointer="/config/hand_over/by_end_user"
        checked={handOver.by_end_user}
        onChange={(by_end_user) => setHandOver({ by_end_user })}
      />
    </Part>
  );
}
