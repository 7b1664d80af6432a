/** What is needed only in a conversation, or to leave a message: docs of `lazy.ts`. */
import amend from './styles/amend.css?inline';
import files from './styles/files.css?inline';
import leave from './styles/leave.css?inline';
import menu from './styles/menu.css?inline';
import standing from './styles/standing.css?inline';

export { Amend } from './amend';
export { Ended } from './ended';
export { FileView } from './fileview';
export { Leave } from './leave';
export { Menu } from './menu';
export { Standing } from './standing';
export { Attach, Tray } from './upload';

// A sheet made by script is no inline style to the CSP, and needs no loader of its own.
const sheet = new CSSStyleSheet();
sheet.replaceSync(files + amend + leave + menu + standing);
document.adoptedStyleSheets.push(sheet);
