import {fileURLToPath} from 'node:url';
import vue from '@vitejs/plugin-vue';
import {defineConfig} from 'vite';
import {facts} from './build/facts';
import {licences} from './build/licences';
import {words} from './build/words';

// `npm run dev` shows the page with a server at CLARION_URL behind it.
const server = process.env.CLARION_URL ?? 'http://127.0.0.1:8080';
const toServer = {target: server, changeOrigin: false, ws: true};

export default defineConfig({
  plugins: [vue(), words(), facts(), licences()],
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      // Without the message compiler: messages come compiled, so the policy needs no eval.
      'vue-i18n': 'vue-i18n/dist/vue-i18n.runtime.esm-bundler.js',
    },
  },
  define: {
    __VUE_OPTIONS_API__: 'true',  // Element Plus has some
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __INTLIFY_JIT_COMPILATION__: 'true',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'true',
  },
  build: {
    target: ['chrome111', 'firefox115', 'safari16.4'],
    assetsDir: 'assets/app',
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: {polyfill: false},
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        entryFileNames: 'assets/app/[name].[hash].js',
        chunkFileNames: 'assets/app/[name].[hash].js',
        assetFileNames: 'assets/app/[name].[hash][extname]',
        manualChunks(id) {
          if (/node_modules\/(@vue|vue|vue-router|pinia|vue-i18n|@intlify)\//.test(id)) return 'vue';
          return undefined;
        },
      },
    },
  },
  server: {proxy: {'/v1': toServer, '/drill/v1': toServer, '/assets/board': server}},
});
