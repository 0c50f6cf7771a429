import { Component, type ReactNode } from 'react';
import { useTexts } from '../texts/catalogue.ts';
import { shellTexts } from '../texts/shell.ts';
import { Button } from '../ui/button.tsx';

interface Props {
  readonly children: ReactNode;
}

/** Shows that a screen failed, and not an empty page. */
export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override readonly state = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    return this.state.error === null ? (
      this.props.children
    ) : (
      <Broken error={this.state.error} onRetry={() => this.setState({ error: null })} />
    );
  }
}

function Broken({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  const texts = useTexts(shellTexts);
  // The chunks of a former build are gone after a deployment.
  const isOld = /dynamically imported module|module script failed/i.test(error.message);
  return (
    <div className="state" role="alert">
      <h1>{isOld ? texts.updated : texts.broken}</h1>
      <p className="muted">{isOld ? texts.updatedHint : error.message}</p>
      <Button onClick={() => (isOld ? location.reload() : onRetry())}>
        {isOld ? texts.reload : texts.tryAgain}
      </Button>
    </div>
  );
}
