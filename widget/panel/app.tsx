import { isOpen, isWaiting } from './model';
import { Composer } from './composer';
import { later } from './lazy';
import { Header } from './header';
import { LineBar, Unavailable } from './linebar';
import { Start } from './start';
import { Messages } from './messages';
import { useUi } from './ui';
import { wish } from './wish';

/** The whole panel. */
export function App() {
  const { session, spoken, t } = useUi();
  const { log, lines, site } = session.model.value;
  const begun = log !== null || lines.some((line) => line.conv === '');
  const over = log !== null && !isOpen(log);
  const state = session.line.state.value;
  const refused = state === 'stopped' || state === 'signed_out';
  const more = later.value;
  const leaves = begun ? wish.value === 'leave' && isWaiting(log) && log.kind === 'chat' : site?.open === false || (site?.online === false && wish.value !== 'wait');
  const form = more && !refused && leaves;
  return (
    <main class="panel" aria-label={t('widget.title')}>
      <Header />
      <LineBar />
      <div class="body">{form ? <more.Leave /> : begun ? <Messages /> : <Start />}</div>
      {!form && (
        <div class="foot">
          {more && !over && !refused && <more.Standing />}
          {more && <more.Tray />}
          {refused ? <Unavailable /> : over && more ? <more.Ended /> : <Composer />}
        </div>
      )}
      <div class="unseen" aria-live="polite">
        {spoken}
      </div>
    </main>
  );
}
