/** What is needed only in a conversation: files, and changing what was said. Docs of `lazy.ts`. */
import amend from './styles/amend.css?inline';
import files from './styles/files.css?inline';

export { Amend } from './amend';
export { FileView } from './fileview';
export { Attach, Tray } from './upload';

// A sheet made by script is no inline style to the CSP, and needs no loader of its own.
const sheet = new CSSStyleSheet();
sheet.replaceSync(files + amend);
document.adoptedStyleSheets.push(sheet);
