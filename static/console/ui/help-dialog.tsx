import { t } from '../boot';
import { useSurroundings } from './context';
import { Dialog } from './dialog';

/** Keys and what they do. Written here as on the keyboard, in every language. */
const KEYS: readonly (readonly [readonly string[], string])[] = [
  [['J', '↓'], 'keys.next'],
  [['K', '↑'], 'keys.previous'],
  [['Enter'], 'keys.open'],
  [['R'], 'keys.reply'],
  [['N'], 'keys.note'],
  [['↑'], 'keys.amend'],
  [['A'], 'keys.take'],
  [['Shift', 'A'], 'keys.accept'],
  [['Shift', 'D'], 'keys.decline'],
  [['T'], 'keys.transfer'],
  [['E'], 'keys.close'],
  [['1', '2', '3', '4'], 'keys.lists'],
  [['Esc'], 'keys.back'],
  [['?'], 'keys.help'],
];

/** All shortcuts, and how to do without. */
export function HelpDialog({ onClose }: { onClose(): void }) {
  const { prefs } = useSurroundings();
  return (
    <Dialog title={t('help')} class="help" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(what)}</dd>
          </div>
        ))}
      </dl>
      <label class="switch">
        <input type="checkbox" checked={prefs.shortcuts.value} onChange={(event) => (prefs.shortcuts.value = event.currentTarget.checked)} />
        {t('keys.on')}
      </label>
      <p class="quiet">{t('keys.hint')}</p>
    </Dialog>
  );
}
