import { useEffect, useRef } from 'preact/hooks';
import { useUi } from './ui';

/** Stands in the composer's place once the conversation is over. */
export function Ended() {
  const { session, open, t } = useUi();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The composer that had the focus is gone.
    if (open.peek() && document.activeElement === document.body) button.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="over">
      <p>{t('widget.ended')}</p>
      <button type="button" class="button main" ref={button} onClick={() => session.renew()}>
        {t('widget.ended.new')}
      </button>
    </div>
  );
}
