import { uuid } from './ids';
import type { FileInfo } from './protocol';

/** A file somebody chose that is not on the server yet. */
export interface Pending {
  readonly key: string;
  readonly conv: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** How much of it has left, 0 to 1. */
  readonly sent: number;
  readonly state: 'waiting' | 'uploading' | 'failed';
  /** Why it failed: a code of the API, or `unreachable`. */
  readonly code?: string;
}

/** What uploading needs. */
export interface UploadsOptions {
  /** The largest file the server takes, bytes. */
  readonly max: number;
  /** A visitor's token; agents have their cookie. */
  token?(): string | null;
  /** The list changed; it is a new one. */
  onChange(list: readonly Pending[]): void;
  /** The server has a file: now it can be sent. */
  onDone(conv: string, info: FileInfo, file: File): void;
}

/** Brings files to the server, one after the other, in the order they were chosen. Nothing of it outlives the page. */
export class Uploads {
  private list: readonly Pending[] = [];
  private readonly files = new Map<string, File>();
  private request: XMLHttpRequest | undefined;

  constructor(private readonly options: UploadsOptions) {}

  /** Takes files for a conversation. */
  add(conv: string, files: Iterable<File>): void {
    for (const file of files) {
      const key = uuid();
      this.files.set(key, file);
      const tooLarge = file.size > this.options.max;
      this.change([...this.list, { key, conv, name: file.name, size: file.size, sent: 0, ...(tooLarge ? { state: 'failed', code: 'too_long' } : { state: 'waiting' }) }]);
    }
    this.next();
  }

  /** Tries one again that failed. */
  retry(key: string): void {
    this.list = this.list.map((one) => (one.key === key ? { key, conv: one.conv, name: one.name, size: one.size, sent: 0, state: 'waiting' } : one));
    this.change(this.list);
    this.next();
  }

  /** Forgets one, whether it is under way or has failed. */
  drop(key: string): void {
    const under = this.list.find((one) => one.key === key)?.state === 'uploading';
    this.forget(key);
    if (!under) return;
    this.request?.abort();
    this.request = undefined;
    this.next();
  }

  private next(): void {
    const pending = this.list.find((one) => one.state === 'waiting');
    const file = pending && this.files.get(pending.key);
    if (this.request || !pending || !file) return;
    const { key, conv } = pending;
    const request = new XMLHttpRequest();
    this.request = request;
    const over = (work: () => void) => {
      if (this.request !== request) return;
      this.request = undefined;
      work();
      this.next();
    };
    request.open('POST', '/api/v1/uploads');
    request.responseType = 'json';
    const token = this.options.token?.();
    if (token) request.setRequestHeader('authorization', `Bearer ${token}`);
    request.upload.onprogress = (event) => event.lengthComputable && this.set(key, { sent: event.loaded / event.total });
    request.onload = () =>
      over(() => {
        const answer = request.response as (FileInfo & { code?: string }) | null;
        if (request.status !== 201 || !answer) return this.set(key, { state: 'failed', code: answer?.code ?? 'unknown' });
        this.forget(key);
        this.options.onDone(conv, answer, file);
      });
    request.onerror = () => over(() => this.set(key, { state: 'failed', code: 'unreachable' }));
    this.set(key, { state: 'uploading' });
    const form = new FormData();
    form.set('conv', conv);
    form.set('file', file);
    request.send(form);
  }

  private set(key: string, change: Partial<Pending>): void {
    this.change(this.list.map((one) => (one.key === key ? { ...one, ...change } : one)));
  }

  private forget(key: string): void {
    this.files.delete(key);
    this.change(this.list.filter((one) => one.key !== key));
  }

  private change(list: readonly Pending[]): void {
    this.list = list;
    this.options.onChange(list);
  }
}

/** The size of a file in the reader's language, such as 1.2 MB. */
export function fileSize(bytes: number, locale: string): string {
  const [unit, value] = bytes < 1e6 ? ['kilobyte', Math.max(1, Math.round(bytes / 1e3))] : ['megabyte', bytes / 1e6];
  return new Intl.NumberFormat(locale, { style: 'unit', unit: unit as string, maximumFractionDigits: 1 }).format(value as number);
}

/** How wide a picture of these measures is shown so that it fits a square of `room`, px; none is smaller than a finger. */
export function shownWidth(width: number, height: number, room: number): number {
  return Math.max(48, Math.round(Math.min(width, room, (room * width) / height)));
}

/** The files of a paste or a drop; none when it is text that also could be had as a picture. */
function filesIn(data: DataTransfer | null): readonly File[] {
  return data && !data.types.includes('text/plain') ? [...data.files] : [];
}

/**
 * Takes what is pasted or dropped anywhere in the page; returns what ends that.
 *
 * @param drag told whether files are being dragged over the page
 * @param open whether files are taken now
 */
export function takeFiles(take: (files: Iterable<File>) => void, drag: (now: boolean) => void, open = () => true): () => void {
  const over = new AbortController();
  const on = <E extends Event>(name: string, work: (event: E) => void) =>
    document.addEventListener(name, (event) => open() && work(event as E), { signal: over.signal });
  on<ClipboardEvent>('paste', (event) => {
    const files = filesIn(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
  on<DragEvent>('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    drag(true);
  });
  on<DragEvent>('dragleave', (event) => {
    if (event.relatedTarget === null) drag(false);
  });
  on<DragEvent>('drop', (event) => {
    drag(false);
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  return () => {
    over.abort();
    drag(false);
  };
}

/** What sort of thing a file is, for its picture. */
export function fileSort(type: string): 'image' | 'document' | 'archive' | 'media' | 'other' {
  if (type.startsWith('image/')) return 'image';
  if (/^(audio|video)\//.test(type)) return 'media';
  if (/pdf|word|document|sheet|excel|presentation|powerpoint|^text\//.test(type)) return 'document';
  return /zip|tar|rar|7z|compressed/.test(type) ? 'archive' : 'other';
}
