/// <reference types="vite/client" />
declare module '*.vue' {
  import type {DefineComponent} from 'vue';
  const component: DefineComponent<object, object, unknown>;
  export default component;
}
declare module 'virtual:facts' {
  const facts: {
    topics: [id: string, zh: string, en: string, kind: string][];
    classes: [id: string, zh: string, en: string][];
    regions: [code: string, zh: string, en: string, parent: string, level: string][];
  };
  export default facts;
}
