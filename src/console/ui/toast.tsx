import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';

/** Returns a function that says that something was done. Failures belong where they happened, not here. */
export function useToast(): (title: string, description?: string) => void {
  const { add } = Toast.useToastManager();
  return (title, description) => void add({ title, description });
}

export function Toasts() {
  const { toasts } = Toast.useToastManager();
  const texts = useTexts(uiTexts);
  return (
    <Toast.Portal>
      <Toast.Viewport className="toasts">
        {toasts.map((toast) => (
          <Toast.Root key={toast.id} toast={toast} className="toast">
            <Toast.Content className="toast-content">
              <div>
                <Toast.Title className="toast-title" />
                <Toast.Description className="muted" />
              </div>
              <Toast.Close className="icon-button" aria-label={texts.close}>
                <X size={16} aria-hidden="true" />
              </Toast.Close>
            </Toast.Content>
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  );
}
