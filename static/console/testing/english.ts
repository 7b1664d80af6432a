/** For tests in a DOM: imported first, it makes texts English. */
import strings from '../../locales/en.json';

const script = document.createElement('script');
script.id = 'boot';
script.type = 'application/json';
script.textContent = JSON.stringify({ locale: 'en', strings, locales: ['en'], max_upload: 0 });
document.body.append(script);
