const DB = 'clarion', STORE = 'drafts';

/** One object store of this browser, for text that the server could not take yet. Fails softly: private windows have none. */
export function kept<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  return new Promise(done => {
    let request: IDBOpenDBRequest;
    try { request = indexedDB.open(DB, 1); } catch { done(undefined); return; }
    request.onupgradeneeded = () => { request.result.createObjectStore(STORE); };
    request.onerror = () => done(undefined);
    request.onsuccess = () => {
      const db = request.result;
      const asked = act(db.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => { done(asked.result); db.close(); };
      asked.onerror = () => { done(undefined); db.close(); };
    };
  });
}
