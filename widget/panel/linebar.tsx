import { useEffect, useState } from 'preact/hooks';
import { useUi } from './ui';

/** Says, after a while, that the connection is lost, and that writing goes on. */
export function LineBar() {
  const { session, t } = useUi();
  const online = useOnline();
  const state = session.line.state.value;
  const shown = session.line.late.value && (state === 'connecting' || state === 'waiting');
  return (
    <div class="bar" role="status" hidden={!shown}>
      {shown && (
        <>
          <span>{t(online ? 'widget.line.lost' : 'widget.line.offline')}</span>
          {online && (
            <button type="button" class="link" onClick={() => session.retryNow()}>
              {t('widget.line.now')}
            </button>
          )}
        </>
      )}
    </div>
  );
}

/** The server will not talk to us; said quietly, since the visitor can do little about it. */
export function Unavailable() {
  const { session, t } = useUi();
  const crowded = session.line.code.value === 4007;
  return (
    <div class="over">
      <p>{t(crowded ? 'widget.line.crowded' : 'widget.line.refused')}</p>
      {crowded && (
        <button type="button" class="button" onClick={() => session.retryNow()}>
          {t('common.retry')}
        </button>
      )}
    </div>
  );
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const change = () => setOnline(navigator.onLine);
    window.addEventListener('online', change);
    window.addEventListener('offline', change);
    return () => {
      window.removeEventListener('online', change);
      window.removeEventListener('offline', change);
    };
  }, []);
  return online;
}
