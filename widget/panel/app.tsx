import { isOpen } from './model';
import { Composer } from './composer';
import { Ended } from './ended';
import { later } from './lazy';
import { Header } from './header';
import { LineBar, Unavailable } from './linebar';
import { Queue } from './queue';
import { Start } from './start';
import { Messages } from './messages';
import { useUi } from './ui';

/** The whole panel. */
export function App() {
  const { session, spoken, t } = useUi();
  const { log, lines } = session.model.value;
  const begun = log !== null || lines.some((line) => line.conv === '');
  const over = log !== null && !isOpen(log);
  const state = session.line.state.value;
  const refused = state === 'stopped' || state === 'signed_out';
  return (
    <main class="panel" aria-label={t('widget.title')}>
      <Header />
      <LineBar />
      <div class="body">{begun ? <Messages /> : <Start />}</div>
      <div class="foot">
        {begun && !over && !refused && <Queue />}
        {later.value && <later.value.Tray />}
        {refused ? <Unavailable /> : over ? <Ended /> : <Composer />}
      </div>
      <div class="unseen" aria-live="polite">
        {spoken}
      </div>
    </main>
  );
}
