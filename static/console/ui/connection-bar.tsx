import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../boot';
import { useSurroundings } from './context';

/** Trouble shorter than this is not worth a word, ms. */
const PATIENCE = 2_000;
const BACK_SHOWN = 3_000;

type Shown = 'nothing' | 'trouble' | 'back';

/** Says when there is no connection, and once when it is back. Silent otherwise. */
export function ConnectionBar() {
  const { store } = useSurroundings();
  const state = store.connection.value;
  const network = useNetwork();
  const [shown, setShown] = useState<Shown>('nothing');
  const well = state === 'open' && network;
  const unread = useRef(0);
  useEffect(() => {
    if (well) {
      if (shown !== 'trouble') return undefined;
      setShown('back');
      const timer = setTimeout(() => setShown('nothing'), BACK_SHOWN);
      return () => clearTimeout(timer);
    }
    unread.current = store.unread.peek();
    const timer = setTimeout(() => setShown('trouble'), state === 'stopped' || !network ? 0 : PATIENCE);
    return () => clearTimeout(timer);
  }, [well, state === 'stopped', network]);
  const waiting = store.lines.value.filter((line) => line.state === 'sending').length;
  const text = shown === 'back' ? back(store.unread.value - unread.current) : !network ? t('link.offline') : state === 'stopped' ? t('link.stopped') : t(store.me.value ? 'link.again' : 'link.first');
  return (
    <div class="link-bar-space" role="status">
      {shown === 'nothing' ? null : (
        <p class={`link-bar ${shown === 'back' ? 'well' : ''}`}>
          {text}
          {shown === 'trouble' && waiting > 0 ? ` ${t('link.unsent', { count: waiting })}` : ''}
          {shown === 'trouble' && network && state !== 'connecting' ? (
            <button type="button" class="plain" onClick={() => store.live.retryNow()}>
              {t('link.retry')}
            </button>
          ) : null}
        </p>
      )}
    </div>
  );
}

function back(fresh: number): string {
  return fresh > 0 ? t('link.back.new', { count: fresh }) : t('link.back');
}

function useNetwork(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    window.addEventListener('online', look);
    window.addEventListener('offline', look);
    return () => {
      window.removeEventListener('online', look);
      window.removeEventListener('offline', look);
    };
  }, []);
  return online;
}
