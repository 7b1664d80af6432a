import { CircleQuestionMark, LogOut, MessageSquare, Volume2, VolumeX } from 'lucide';
import { boot, t } from '../boot';
import type { Theme } from '../prefs';
import { useSurroundings } from './context';
import { Icon, Mark } from './icon';
import { Menu, MenuItem } from './menu';
import { Avatar } from './person';

/** The narrow bar at the edge: where one is, and what is about oneself. */
export function Rail() {
  const { prefs, dialog } = useSurroundings();
  const sound = prefs.sound.value;
  return (
    <nav class="rail" aria-label={t('rail')}>
      <span class="rail-mark">
        <Mark />
      </span>
      <a class="rail-button" href="/" aria-current="page" title={t('conversations')} aria-label={t('conversations')}>
        <Icon node={MessageSquare} size={20} />
      </a>
      <span class="spacer" />
      <button
        type="button"
        class="rail-button"
        role="switch"
        aria-checked={sound}
        aria-label={t('sound')}
        title={t(sound ? 'sound.on' : 'sound.off')}
        onClick={() => (prefs.sound.value = !sound)}
      >
        <Icon node={sound ? Volume2 : VolumeX} size={20} />
      </button>
      <button type="button" class="rail-button" aria-label={t('help')} title={t('help')} onClick={() => (dialog.value = 'help')}>
        <Icon node={CircleQuestionMark} size={20} />
      </button>
      <ProfileMenu />
    </nav>
  );
}

const NAMES: Readonly<Record<string, string>> = { en: 'English', 'zh-CN': '简体中文' };
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

function ProfileMenu() {
  const { store, prefs, testSound } = useSurroundings();
  const me = store.me.value;
  const language = (locale: string) => {
    const address = new URLSearchParams(location.search);
    address.set('lang', locale);
    location.assign(`/?${address}`);
  };
  return (
    <Menu class="profile" label={t('profile')} button={<Avatar id={me?.id ?? ''} name={me?.name ?? ''} />}>
      {(close) => (
        <>
          {me ? (
            <p class="menu-head">
              <strong>{me.name}</strong>
              <span>{me.email}</span>
              <span>{me.account.name}</span>
            </p>
          ) : null}
          <div role="group" aria-label={t('theme')}>
            <p class="menu-label">{t('theme')}</p>
            {THEMES.map((theme) => (
              <MenuItem key={theme} kind="radio" checked={prefs.theme.value === theme} onChoose={() => (prefs.theme.value = theme)}>
                {t(`theme.${theme}`)}
              </MenuItem>
            ))}
          </div>
          <div role="group" aria-label={t('language')}>
            <p class="menu-label">{t('language')}</p>
            {boot.locales.map((locale) => (
              <MenuItem key={locale} kind="radio" checked={locale === boot.locale} onChoose={() => language(locale)}>
                <span lang={locale}>{NAMES[locale] ?? locale}</span>
              </MenuItem>
            ))}
          </div>
          <div role="group" aria-label={t('writing')}>
            <p class="menu-label">{t('writing')}</p>
            <MenuItem kind="checkbox" checked={prefs.enterSends.value} onChoose={() => (prefs.enterSends.value = !prefs.enterSends.value)}>
              {t('enter.sends')}
            </MenuItem>
            <MenuItem onChoose={testSound}>{t('sound.test')}</MenuItem>
          </div>
          <hr />
          <MenuItem
            onChoose={() => {
              close();
              void store.signOut();
            }}
          >
            <Icon node={LogOut} size={16} /> {t('sign.out')}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
