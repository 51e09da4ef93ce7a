// Unfinished uploads, kept in this browser so that a reload loses none. A file up to `KeptFileBytes` is kept itself and goes on
// without a question; of a larger one name, size and date are kept, and it goes on when the same file is chosen again.

export interface KeptUpload {
  id: string;
  name: string;
  size: number;
  lastModified: number;
  /** Where the server takes the rest; null until it has said so. */
  url: string | null;
  metadata: Record<string, string>;
  startedAt: number;
  isPaused: boolean;
}

export const KeptFileBytes = 256_000_000;

const Name = 'parley', Uploads = 'uploads', Files = 'files';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(Name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(Uploads, { keyPath: 'id' });
      request.result.createObjectStore(Files);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('blocked'));
  });
}

/** One transaction. Resolves with what `act` asked for when all is on disk; rejects where storage is denied or full. */
async function within<T>(mode: IDBTransactionMode, act: (uploads: IDBObjectStore, files: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction([Uploads, Files], mode);
      const request = act(transaction.objectStore(Uploads), transaction.objectStore(Files));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** All that is kept, oldest first; none where storage is denied. */
export async function keptUploads(): Promise<KeptUpload[]> {
  try {
    const all = await within<KeptUpload[]>('readonly', uploads => uploads.getAll());
    return all.sort((a, b) => a.startedAt - b.startedAt);
  } catch {
    return [];
  }
}

/** The file of an upload; null when it was too large to keep. */
export async function keptFile(id: string): Promise<Blob | null> {
  try {
    return await within<Blob | undefined>('readonly', (_, files) => files.get(id)) ?? null;
  } catch {
    return null;
  }
}

/** Keeps an upload, and its file where it is small enough and there is room. */
export async function keep(upload: KeptUpload, file: Blob): Promise<void> {
  try {
    await within('readwrite', uploads => uploads.put(upload));
    if (file.size <= KeptFileBytes)
      await within('readwrite', (_, files) => files.put(file, upload.id));
  } catch {
    // The upload goes on; after a reload it asks for the file, or is not known any more.
  }
}

export async function change(id: string, values: Partial<KeptUpload>): Promise<void> {
  try {
    await within('readwrite', uploads => {
      const request = uploads.get(id) as IDBRequest<KeptUpload | undefined>;
      request.onsuccess = () => request.result && uploads.put({ ...request.result, ...values });
      return request;
    });
  } catch {
    // What could not be kept is not changed either.
  }
}

export async function forget(id: string): Promise<void> {
  try {
    await within('readwrite', (uploads, files) => {
      files.delete(id);
      return uploads.delete(id);
    });
  } catch {
    // It was never there.
  }
}
